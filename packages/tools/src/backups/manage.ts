import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { count, successShape } from '../shared/parameters.ts';
import { created, createSnapshot } from './create.ts';
import { deleteSnapshot } from './delete.ts';
import { deleteKept, diffKept, listKept, restoreKept, viewKept } from './kept-edits.ts';
import { listSnapshots } from './list.ts';
import { restored, restoreSnapshot } from './restore.ts';

const input = z.strictObject({
  scope: z.enum(['snapshot', 'edits']).describe('snapshot: whole backups; edits: what the hub kept of its own changes'),
  action: z.enum(['create', 'restore', 'list', 'view', 'diff', 'delete']),
  name: z.string().optional().describe('create: a unique name'),
  backup_id: z.string().optional().describe('in a list its job_id too'),
  restore_database: z.boolean().default(false).describe('history too'),
  confirm: z.boolean().default(false).describe('the person agreed to restore, delete'),
  domain: z.string().optional().describe('edits: automation, script, dashboard, helper_timer, …'),
  entity_id: z.string().optional().describe('edits: the item'),
  backup_name: z.string().optional().describe('edits: name or edit_id from list'),
  older_than_days: count(0).optional().describe('delete: at least so old (snapshot: 7 or more)'),
  limit: count(1, 10_000).default(200),
});

type Input = z.infer<typeof input>;
type Action = Input['action'];

const ACTIONS: Readonly<Record<Input['scope'], readonly Action[]>> = {
  snapshot: ['create', 'list', 'restore', 'delete'],
  edits: ['list', 'view', 'diff', 'restore', 'delete'],
};

const EDIT_ACTIONS = { list: listKept, view: viewKept, diff: diffKept, restore: restoreKept, delete: deleteKept };

export const tool = defineTool({
  name: 'ha_manage_backup',
  title: 'Manage Backups',
  docs: 'Scope snapshot: creates, lists, restores and deletes backups of the whole home. Restoring loses all changes since and restarts the home: only when the person asks. Long work goes on as a job. Scope edits: each change here keeps the item as it was: list (by domain, entity_id), view, diff, restore by backup_name, delete. To take back the last change use ha_undo.',
  tags: ['System'],
  scope: 'home',
  effect: {
    lowest: 'read',
    max: 'destroy',
    of: ({ scope, action }) => {
      // An item put back to what it was is a configuration write; a whole home put back is not.
      if (action === 'create' || (scope === 'edits' && action === 'restore')) return 'configure';
      return action === 'restore' || action === 'delete' ? 'destroy' : 'read';
    },
  },
  input,
  output: z.looseObject({
    ...successShape,
    status: z.string().optional(),
    backups: z.array(z.looseObject({})).optional(),
  }),
  items: ({ scope, backup_id, name, backup_name }) => {
    const id = (scope === 'snapshot' ? (backup_id ?? name) : backup_name) ?? '';
    return id === '' ? [] : [{ kind: scope === 'snapshot' ? 'backup' : 'edit', id }];
  },
  answers: { 'backup.create': created, 'backup.restore': restored },
  run(call, context): Promise<Record<string, unknown> & { success: true }> {
    const { scope, action, name, backup_id: id, limit } = call;
    if (!ACTIONS[scope].includes(action)) throw unfit(call);
    if (scope === 'edits') return EDIT_ACTIONS[action as keyof typeof EDIT_ACTIONS](context, call);
    if (action === 'create') return createSnapshot(context, name);
    if (action === 'list') return listSnapshots(context, limit, id);
    return action === 'restore' ? restoreSnapshot(context, call) : deleteSnapshot(context, call);
  },
});

function unfit({ scope, action }: Input): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`action\`: '${action}' does not fit scope '${scope}'.`, {
    suggestion: [
      `Actions of scope ${scope}: ${ACTIONS[scope].join(', ')}.`,
      ...(action === 'view' ? ["To see one backup, use action 'list' with its backup_id."] : []),
    ],
    context: { parameter: 'action', scope, action, valid_actions: ACTIONS[scope] },
  });
}
