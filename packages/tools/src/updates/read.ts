import { Fault } from '@hub/core/fault.ts';
import { listConfigEntries } from '@hub/ha/config-entries.ts';
import { listRepairs } from '@hub/ha/notices.ts';
import { listUpdates, readReleaseNotes, type Update } from '@hub/ha/updates.ts';
import type { ToolContext } from '../define.ts';
import { entityNotFound } from '../shared/entity-not-found.ts';
import { rowOf, shortRowOf } from './rows.ts';

/** What could be updated now, in one list and by category; what was skipped only when asked for. */
export async function list({ home, signal }: ToolContext, includeSkipped: boolean, withRepairs: boolean) {
  const all = [...(await listUpdates(home)).values()];
  const skipped = all.filter(({ skippedVersion }) => skippedVersion !== null);
  const available = all.filter((update) => update.state === 'on' && !skipped.includes(update));
  const shown = includeSkipped ? [...available, ...skipped] : available;
  const categories: Record<string, ReturnType<typeof shortRowOf>[]> = {};
  for (const update of shown) {
    categories[update.category] ??= [];
    categories[update.category]?.push(shortRowOf(update));
  }
  return {
    success: true as const,
    action: 'list' as const,
    updates_available: available.length,
    skipped_count: skipped.length,
    updates: shown.map(rowOf),
    categories,
    include_skipped: includeSkipped,
    ...(withRepairs ? { repairs: (await listRepairs(home, { signal })).filter(({ ignored }) => !ignored) } : {}),
  };
}

/** One update with what its maker says about it. @throws Fault VALIDATION_INVALID_PARAMETER | ENTITY_NOT_FOUND */
export async function get(context: ToolContext, ids: readonly string[], withIntegrations: boolean) {
  const { home, signal } = context;
  const [id, second] = ids;
  if (id === undefined || second !== undefined) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', "`entity_ids`: action 'get' shows one update.", {
      suggestion: 'Name exactly one; action list shows them.',
      context: { parameter: 'entity_ids' },
    });
  }
  const all = await listUpdates(home);
  const update = all.get(id);
  if (!update) throw entityNotFound(id, all.keys());
  const notes = update.hasReleaseNotes ? await readReleaseNotes(home, id, { signal }) : undefined;
  return {
    success: true as const,
    action: 'get' as const,
    ...rowOf(update),
    state: update.state,
    update_available: update.state === 'on',
    ...(notes === undefined ? hintOf(update) : { release_notes: notes, release_notes_source: 'home_assistant' }),
    ...(withIntegrations && update.category === 'core' ? await integrationsOf(context) : {}),
  };
}

function hintOf({ releaseUrl }: Update) {
  return releaseUrl === null
    ? {}
    : { release_notes_hint: `Home Assistant does not carry the notes; they are at ${releaseUrl}` };
}

/** Whose breaking changes concern this home. */
async function integrationsOf({ home, signal }: ToolContext) {
  const entries = await listConfigEntries(home, undefined, { signal });
  return { installed_integrations: [...new Set(entries.map(({ domain }) => domain))].sort() };
}
