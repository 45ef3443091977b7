import type { Update } from '@hub/ha/updates.ts';

/** An update as answers show it. */
export function rowOf(update: Update) {
  return {
    entity_id: update.entityId,
    title: update.title,
    installed_version: update.installedVersion,
    latest_version: update.latestVersion,
    release_summary: update.releaseSummary,
    release_url: update.releaseUrl,
    can_install: update.canInstall && !update.isInProgress,
    in_progress: update.isInProgress,
    ...(update.progress === null ? {} : { update_percentage: update.progress }),
    supports_release_notes: update.hasReleaseNotes,
    skipped_version: update.skippedVersion,
    auto_update: update.isAutomatic,
    category: update.category,
  };
}

/** The same in short, for a second place in one answer. */
export function shortRowOf({ entityId, title, installedVersion, latestVersion, category }: Update) {
  return {
    entity_id: entityId,
    title,
    installed_version: installedVersion,
    latest_version: latestVersion,
    category,
  };
}
