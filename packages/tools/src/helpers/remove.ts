import { Fault } from '@hub/core/fault.ts';
import type { HelperKind } from '@hub/ha/helpers.ts';
import { waitForGone } from '@hub/ha/wait-for.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { dropHelper, ENTITY_WAIT_MS, findHelper, helperItem } from '../shared/stored-helper.ts';
import { ENTRY_KINDS, isEntryKind, isStoredKind, STORED_KINDS } from './kinds.ts';
import { helperNotFound } from './not-found.ts';
import { removeEntry, removePart } from './remove-entry.ts';

export const tool = defineTool({
  name: 'ha_remove_helpers_integrations',
  title: 'Remove Helper or Integration',
  docs: 'Removes a helper of any type, an integration entry with its devices and entities, or (subentry_id) one part of an entry, for good; what it was set to is kept as an edit, passwords are not. Automations that use it stay and fail: look with ha_search first. To stop an integration for a while use ha_set_integration with enabled=false. Needs confirm.',
  tags: ['Helper Entities', 'Integrations'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({
    target: z.string().describe('entity id of a helper, entry id, or stored id together with helper_type'),
    helper_type: z
      .enum([...STORED_KINDS, 'config_subentry', ...ENTRY_KINDS])
      .optional()
      .describe('needed for a stored id'),
    subentry_id: z.string().optional().describe('this part of the entry only'),
    preview: previewParameter,
    confirm: z.boolean().default(false).describe('must be true'),
    wait: z.boolean().default(true).describe('until its entities have left'),
  }),
  output: z.strictObject({
    ...successShape,
    action: z.literal('delete'),
    target: z.string(),
    helper_type: z.string(),
    method: z.enum(['websocket_delete', 'config_flow_delete', 'config_entry_delete', 'config_subentry_delete']),
    unique_id: z.string().optional(),
    subentry_id: z.string().optional(),
    entry_id: z.string().nullable(),
    entity_ids: z.array(z.string()),
    require_restart: z.boolean(),
    message: z.string(),
    partial: z.literal(true).optional(),
  }),
  items: ({ target, helper_type: kind, subentry_id: subentryId }) => {
    if (subentryId !== undefined) return [{ kind: 'config_subentry', id: `${target}/${subentryId}` }];
    const [domain = '', id] = target.split('.');
    if (kind === undefined && id === undefined) return [{ kind: 'config_entry', id: target }];
    return [helperItem(kind ?? domain, target)];
  },
  async run({ target, helper_type: given, subentry_id: subentryId, confirm, wait, preview }, context) {
    if (!confirm && !preview) throw unconfirmed(target);
    if (given === 'config_subentry' || subentryId !== undefined) return removePart(context, { target, subentryId });
    const kind = given ?? (await storedKindOf(context, target));
    if (kind === undefined || isEntryKind(kind)) return removeEntry(context, { target, kind, wait });
    const found = await findHelper(context, kind, target);
    if (!found) throw await helperNotFound(context, kind, target, 'target');
    const { item, entityId } = found;
    await dropHelper(context, kind, item.id);
    const waiting = { deadlineMs: ENTITY_WAIT_MS, signal: context.signal };
    const isGone = !wait || entityId === undefined || (await waitForGone(context.home, entityId, waiting));
    return {
      ...{ success: true as const, action: 'delete' as const, target, helper_type: kind },
      ...{ method: 'websocket_delete' as const, unique_id: item.id, entry_id: null },
      ...{ entity_ids: entityId === undefined ? [] : [entityId], require_restart: false },
      message: `Removed ${kind} ${String(item['name'] ?? item.id)} (${entityId ?? item.id}).`,
      ...(isGone ? {} : { warnings: [`${entityId} is still shown after 10 s.`] }),
    };
  },
});

/** The collection an entity id belongs to; undefined when the target is an entry of its own or one of its entities. */
async function storedKindOf({ home }: ToolContext, target: string): Promise<HelperKind | undefined> {
  const [domain = '', objectId] = target.trim().split('.');
  const entry = (await home.entities()).get(target.trim());
  if (objectId === undefined || (entry && isEntryKind(entry.platform))) return undefined;
  if (isStoredKind(domain)) return domain;
  throw new Fault('ENTITY_NOT_FOUND', `\`target\`: ${target} is no helper.`, {
    suggestion: [
      'To remove the integration behind an entity pass its entry_id, which ha_get_integration shows.',
      'To remove only the entity use ha_remove_entity.',
    ],
    context: { parameter: 'target', entity_id: target },
  });
}

function unconfirmed(target: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`confirm\`: removing ${target} needs confirm=true.`, {
    suggestion: 'Ask the user, then call again with confirm=true.',
    context: { parameter: 'confirm', target },
  });
}
