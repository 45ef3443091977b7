import { Fault } from '@hub/core/fault.ts';
import { listHelperEntries } from '@hub/ha/helper-entries.ts';
import type { HelperKind } from '@hub/ha/helpers.ts';
import { waitForGone } from '@hub/ha/wait-for.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { dropHelper, ENTITY_WAIT_MS, findHelper, helperItem } from '../shared/stored-helper.ts';
import { ENTRY_KINDS, isEntryKind, isStoredKind, notYet, STORED_KINDS } from './kinds.ts';
import { helperNotFound } from './not-found.ts';

export const tool = defineTool({
  name: 'ha_remove_helpers_integrations',
  title: 'Remove Helper or Integration',
  docs: 'Removes a helper (input_*, counter, timer, schedule, zone, person, tag) for good; the hub keeps its settings as an edit. Automations that use it stay and fail: look with ha_search first. Integrations and helpers kept as config entries come later. Needs confirm.',
  tags: ['Helper Entities', 'Integrations'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({
    target: z.string().describe('entity id, or stored id together with helper_type'),
    helper_type: z
      .enum([...STORED_KINDS, 'config_subentry', ...ENTRY_KINDS])
      .optional()
      .describe('needed unless target is an entity id'),
    subentry_id: z.string().optional(),
    confirm: z.boolean().default(false).describe('must be true'),
    wait: z.boolean().default(true).describe('wait up to 10 s until its entity has left'),
  }),
  output: z.strictObject({
    ...successShape,
    action: z.literal('delete'),
    target: z.string(),
    helper_type: z.string(),
    method: z.literal('websocket_delete'),
    unique_id: z.string(),
    entry_id: z.string().nullable(),
    entity_ids: z.array(z.string()),
    require_restart: z.boolean(),
    message: z.string(),
  }),
  items: ({ target, helper_type: kind }) => {
    const [domain = '', id] = target.split('.');
    if (kind === undefined && id === undefined) return [{ kind: 'integration', id: target }];
    return [helperItem(kind ?? domain, target)];
  },
  async run({ target, helper_type: given, confirm, wait }, context) {
    if (!confirm) throw unconfirmed(target);
    if (given !== undefined && !isStoredKind(given)) throw notYet(given, 'removed');
    const kind = given ?? (await kindOf(context, target));
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

/** Which collection an entity id belongs to. @throws Fault naming why it can be none */
async function kindOf({ home, signal }: ToolContext, target: string): Promise<HelperKind> {
  const [domain = '', objectId] = target.trim().split('.');
  const entry = (await home.entities()).get(target.trim());
  if (objectId !== undefined) {
    if (entry && isEntryKind(entry.platform)) throw notYet(entry.platform, 'removed');
    if (isStoredKind(domain)) return domain;
    throw new Fault('ENTITY_NOT_FOUND', `\`target\`: ${target} is no helper.`, {
      suggestion: `Only ${STORED_KINDS.join(', ')} can be removed here.`,
      context: { parameter: 'target', entity_id: target },
    });
  }
  const helper = (await listHelperEntries(home, { signal })).find((one) => one.entry_id === target.trim());
  if (helper) throw notYet(helper.domain, 'removed');
  throw new Fault('RESOURCE_NOT_FOUND', `\`target\`: '${target}' is no entity id, and no helper's config entry.`, {
    suggestion: [
      'Pass an entity id such as input_boolean.guest_mode, or name helper_type beside a stored id.',
      'Integrations can be removed here in a later version; now in Settings > Devices & services.',
    ],
    context: { parameter: 'target', target },
  });
}

function unconfirmed(target: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`confirm\`: removing ${target} needs confirm=true.`, {
    suggestion: 'Ask the user, then call again with confirm=true.',
    context: { parameter: 'confirm', target },
  });
}
