import { Fault } from '@hub/core/fault.ts';
import type { JobView } from '@hub/jobs/port.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { assertNotFailed, jobRow, statusOf } from './job-status.ts';
import { getOperation, type Operation, replaceOperation, settleOperation } from './operation.ts';

const MAX_TIMEOUT_S = 60;

interface Status {
  readonly operation_id: string;
  readonly status: 'completed' | 'pending' | 'failed' | 'not_found';
  readonly operation?: Operation | undefined;
  /** Long work hands out its job's id. */
  readonly job?: JobView | undefined;
}

/** Follows what ha_bulk_control left unconfirmed, on the mirror's own events. */
export const tool = defineTool({
  name: 'ha_get_operation_status',
  title: 'Get Operation Status',
  docs: 'Tells whether device commands from ha_bulk_control have shown their effect, waiting up to timeout_seconds; also takes an operation_id of long work. Records live for ten minutes.',
  tags: ['Service & Device Control'],
  scope: 'home',
  effect: 'read',
  input: z.strictObject({
    operation_id: z.union([z.string(), z.array(z.string())]).describe('one id, or a list'),
    timeout_seconds: z.number().int().default(10).describe('60 at most'),
  }),
  output: z.looseObject({ success: z.boolean() }),
  async run({ operation_id: ids, timeout_seconds: wanted }, context) {
    const timeoutS = Math.min(Math.max(wanted, 0), MAX_TIMEOUT_S);
    const list = typeof ids === 'string' ? [ids] : ids;
    if (list.length === 0) {
      throw new Fault('VALIDATION_MISSING_PARAMETER', '`operation_id`: the list is empty.', {
        suggestion: 'Pass the operation_ids that ha_bulk_control returned.',
      });
    }
    const statuses = await Promise.all(list.map((id) => follow(id, timeoutS * 1_000, context)));
    const [only] = statuses;
    return typeof ids === 'string' && only ? single(only, timeoutS) : summary(statuses);
  },
});

async function follow(id: string, deadlineMs: number, context: ToolContext): Promise<Status> {
  const { home, results, signal } = context;
  const stored = await getOperation(results, id);
  if (!stored) return followJob(id, deadlineMs, context);
  await home.states();
  const operation = await settleOperation(home, stored, deadlineMs, signal);
  if (operation !== stored) await replaceOperation(results, id, operation);
  return { operation_id: id, status: operation.final_state === null ? 'pending' : 'completed', operation };
}

async function followJob(id: string, deadlineMs: number, { jobs }: ToolContext): Promise<Status> {
  const known = await jobs.get(id);
  if (!known) return { operation_id: id, status: 'not_found' };
  const job = known.finishedAt ? known : await jobs.follow(known.id, deadlineMs);
  return { operation_id: id, status: statusOf(job), job };
}

function single(status: Status, timeoutS: number) {
  const { operation, job } = status;
  if (job) {
    assertNotFailed(job);
    return { success: status.status === 'completed', ...row(status) };
  }
  if (!operation) {
    throw new Fault('RESOURCE_NOT_FOUND', `There is no operation ${status.operation_id}.`, {
      suggestion: 'Records live for ten minutes; read the entity with ha_get_state.',
      context: { operation_id: status.operation_id },
    });
  }
  if (status.status === 'pending' && timeoutS > 0) {
    throw new Fault(
      'TIMEOUT_OPERATION',
      `${operation.entity_id} has not shown '${operation.expected_state ?? 'a change'}' within ${timeoutS} s.`,
      {
        suggestion: 'The device may be slow or offline; read it with ha_get_state.',
        context: { operation_id: status.operation_id, entity_id: operation.entity_id, status: 'pending' },
      },
    );
  }
  return { success: status.status === 'completed', ...row(status) };
}

function row({ operation_id, status, operation, job }: Status) {
  return {
    operation_id,
    status,
    ...(job && jobRow(job)),
    ...(operation && {
      entity_id: operation.entity_id,
      action: operation.action,
      final_state: operation.final_state,
      duration_ms: operation.duration_ms,
      verification_method: 'state_event',
      message:
        operation.final_state === null
          ? `Waiting for ${operation.entity_id}.`
          : `${operation.entity_id} is ${operation.final_state}.`,
      details: { expected_state: operation.expected_state },
    }),
  };
}

function summary(statuses: readonly Status[]) {
  const of = (status: Status['status']) => statuses.filter((one) => one.status === status).length;
  const completed = of('completed');
  const percentage = Math.round((completed / statuses.length) * 1_000) / 10;
  return {
    success: true,
    total_operations: statuses.length,
    completed,
    failed: of('failed'),
    not_found: of('not_found'),
    pending: of('pending'),
    all_complete: completed === statuses.length,
    summary: { success_rate: percentage, completion_percentage: percentage },
    detailed_results: statuses.map(row),
    recommendations:
      of('pending') > 0 ? ['Some devices have not answered yet: ask again or read them with ha_get_state.'] : [],
  };
}
