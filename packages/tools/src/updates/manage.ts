import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { stringList } from '../shared/parameters.ts';
import { apply } from './apply.ts';
import { checkIds, choose, type WriteAction } from './choose.ts';
import { installed } from './install-one.ts';
import { get, list } from './read.ts';
import { resultShape } from './result.ts';

const ACTIONS = ['list', 'get', 'install', 'skip', 'clear_skipped'] as const;
const WRITES: ReadonlySet<string> = new Set<WriteAction>(['install', 'skip', 'clear_skipped']);

const input = z.strictObject({
  action: z.string().default('list').describe(ACTIONS.join(', ')),
  entity_ids: stringList('update.… ids; get takes one').optional(),
  categories: stringList('instead, for writes: addons, hacs, devices, other').optional(),
  include_skipped: z.boolean().default(false).describe('list: also what was skipped'),
  include_release_notes: z
    .boolean()
    .default(false)
    .describe('get of Home Assistant itself: also the integrations in use'),
  repairs: z.boolean().default(false).describe('list: also what the home itself asks to have repaired'),
  backup: z
    .boolean()
    .nullish()
    .describe(
      'install: true has an app or device back itself up first, or the home, once, for all that cannot; false: no backup at all',
    ),
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_manage_updates',
  title: 'Manage Updates',
  docs: 'Lists what can be updated (Home Assistant, apps, store items, device firmware), shows one with its release notes, installs, or skips a version. Ask the person before installing. Before Home Assistant and its operating system a backup is made, and nothing is installed when that fails; backup false only when the person says so. After each install the home is looked at: tell the person when health says worse. A long install goes on as a job: ask with ha_get_job, never start it twice.',
  tags: ['System'],
  scope: 'home',
  effect: {
    lowest: 'read',
    max: 'system',
    of: ({ action }) => (action === 'install' ? 'system' : WRITES.has(action) ? 'configure' : 'read'),
  },
  openWorld: true,
  input,
  output: z.looseObject({
    success: z.boolean(),
    action: z.enum(ACTIONS),
    results: z.array(resultShape).optional(),
  }),
  targets: ({ action, entity_ids: ids }) =>
    WRITES.has(action) && ids && ids.length > 0 ? [{ action: `update.${action}`, selector: { entity_id: ids } }] : [],
  items: ({ action, entity_ids: ids, categories }) =>
    WRITES.has(action) ? [...(ids ?? []), ...(categories ?? [])].map((id) => ({ kind: 'update', id })) : [],
  answers: { 'update.install': installed },
  async run(call, context) {
    const action = knownAction(call);
    const ids = call.entity_ids ?? [];
    checkIds(ids);
    if (action === 'list') return list(context, call.include_skipped, call.repairs);
    if (action === 'get') return get(context, ids, call.include_release_notes);
    const chosen = await choose(context.home, action, ids, call.categories);
    return apply(context, action, chosen, call.backup ?? undefined);
  },
});

/** @throws Fault VALIDATION_INVALID_PARAMETER */
function knownAction({ action: given }: Input): (typeof ACTIONS)[number] {
  const action = ACTIONS.find((one) => one === given);
  if (action) return action;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`action\`: there is no '${given.slice(0, 40)}'.`, {
    suggestion: `Use one of ${ACTIONS.join(', ')}.`,
    context: { parameter: 'action', value: given.slice(0, 40), valid_actions: ACTIONS },
  });
}
