import { Fault } from '@hub/core/fault.ts';
import {
  type ConfigEntry,
  listSubentries,
  readConfigEntry,
  removeConfigEntry,
  removeSubentry,
} from '@hub/ha/config-entries.ts';
import { waitForGone } from '@hub/ha/wait-for.ts';
import type { ToolContext } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { keptEntry } from '../shared/kept-entry.ts';
import { requireAdmin } from '../shared/require-admin.ts';
import { ENTITY_WAIT_MS, helperItem } from '../shared/stored-helper.ts';
import { entryIdOf, findEntry } from './find-entry.ts';
import { keptSubentry } from './kept-subentry.ts';
import { type EntryKind, isEntryKind } from './kinds.ts';

interface RemoveWish {
  /** Entry id, or the id of one of its entities. */
  readonly target: string;
  readonly kind: EntryKind | undefined;
  readonly wait: boolean;
}

/** Removes an integration's entry, which helpers of their own are as well. @throws Fault RESOURCE_NOT_FOUND | ENTITY_NOT_FOUND */
export async function removeEntry(context: ToolContext, { target, kind, wait }: RemoveWish) {
  const { home, edits, signal } = context;
  await requireAdmin(context, 'Removing an integration');
  const entry = kind === undefined ? await entryFor(context, target) : await findEntry(context, kind, target, 'target');
  const { entry_id: entryId, domain, title } = entry;
  const isHelper = isEntryKind(domain);
  const ids = await entityIdsOf(context, entryId);
  let requiresRestart = false;
  await edits.change({
    item: isHelper ? helperItem(domain, entryId) : { kind: 'config_entry', id: entryId },
    read: () => keptEntry(context, entryId),
    plan: () => undefined,
    async write() {
      requiresRestart = await removeConfigEntry(home, entryId, { signal });
    },
  });
  const isGone = !wait || (await allGone(context, ids));
  return {
    ...{ success: true as const, action: 'delete' as const, target, helper_type: domain },
    ...{ method: isHelper ? ('config_flow_delete' as const) : ('config_entry_delete' as const), entry_id: entryId },
    ...{ entity_ids: ids, require_restart: requiresRestart },
    message: `Removed ${domain} ${title}${requiresRestart ? '; restart Home Assistant to complete it' : ''}.`,
    ...(isGone
      ? {}
      : { partial: true as const, warnings: [`Its entities are not all gone after ${ENTITY_WAIT_MS / 1_000} s.`] }),
  };
}

/** Removes one part of an entry. @throws Fault RESOURCE_NOT_FOUND */
export async function removePart(
  context: ToolContext,
  { target, subentryId }: { readonly target: string; readonly subentryId: string | undefined },
) {
  const { home, edits, signal } = context;
  if (subentryId === undefined)
    throw invalidParameter(
      'subentry_id',
      'needed to remove a part of an entry.',
      'ha_get_integration shows the parts.',
    );
  await requireAdmin(context, 'Removing a part of an integration');
  const { entry_id: entryId, domain } = await entryFor(context, target);
  const present = await listSubentries(home, entryId, { signal });
  const found = present.find((one) => one.subentry_id === subentryId);
  if (!found) {
    throw new Fault('RESOURCE_NOT_FOUND', `The entry ${entryId} has no part ${subentryId}.`, {
      suggestion: 'ha_get_integration with include_subentries shows the parts.',
      context: { entry_id: entryId, subentry_id: subentryId, available_subentry_ids: present.slice(0, 20).map(idOf) },
    });
  }
  await edits.change({
    item: { kind: 'config_subentry', id: `${entryId}/${subentryId}` },
    read: () => keptSubentry(context, entryId, subentryId),
    plan: () => undefined,
    write: () => removeSubentry(home, entryId, subentryId, { signal }),
  });
  return {
    ...{ success: true as const, action: 'delete' as const, target, helper_type: 'config_subentry' },
    ...{ method: 'config_subentry_delete' as const, entry_id: entryId, subentry_id: subentryId },
    ...{ entity_ids: [], require_restart: false },
    message: `Removed ${found.subentry_type} ${found.title} of ${domain}.`,
  };
}

function idOf({ subentry_id: id }: { readonly subentry_id: string }): string {
  return id;
}

async function entryFor(context: ToolContext, target: string): Promise<ConfigEntry> {
  const entryId = await entryIdOf(context, target);
  const entry = entryId.includes('.')
    ? undefined
    : await readConfigEntry(context.home, entryId, { signal: context.signal });
  if (entry) return entry;
  throw new Fault('RESOURCE_NOT_FOUND', `\`target\`: '${target}' is no entry of an integration.`, {
    suggestion: [
      'ha_get_integration and ha_config_list_helpers show the entry ids.',
      'For a stored helper pass its entity id, or helper_type beside the stored id.',
    ],
    context: { parameter: 'target', target, entry_id: target },
  });
}

async function entityIdsOf({ home }: ToolContext, entryId: string): Promise<string[]> {
  const own = [...(await home.entities()).values()].filter((one) => one.config_entry_id === entryId);
  return own.map((one) => one.entity_id).sort();
}

async function allGone({ home, signal }: ToolContext, ids: readonly string[]): Promise<boolean> {
  const gone = await Promise.all(ids.map((id) => waitForGone(home, id, { deadlineMs: ENTITY_WAIT_MS, signal })));
  return gone.every(Boolean);
}
