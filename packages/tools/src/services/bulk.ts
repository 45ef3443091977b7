import { Fault } from '@hub/core/fault.ts';
import { callService } from '@hub/ha/services.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { nearestIds } from '../shared/entity-not-found.ts';
import { type BulkService, bulkService } from './bulk-actions.ts';
import { type BulkRow, isEntityId, readRows, type SkippedRow } from './bulk-rows.ts';
import { type BulkSelector, bulkSelector, checkSelector, select, selectorTargets } from './bulk-selector.ts';
import { expectedState } from './expected-state.ts';
import { type Operation, putOperation, settleOperation } from './operation.ts';

/** What a command may take to show in the same answer; slower devices are followed by ha_get_operation_status. */
const CONFIRM_MS = 2_000;

const input = z.strictObject({
  operations: z
    .array(z.record(z.string(), z.unknown()))
    .max(200)
    .optional()
    .describe(
      'rows {entity_id, action, parameters?, timeout_seconds?, validate_first?}; action: on, off, toggle, set, open, close, lock, play, …',
    ),
  parallel: z.boolean().default(true).describe('false: one after the other, in order'),
  selector: bulkSelector
    .optional()
    .describe('instead of operations: all of a domain in areas or on floors, but those excluded'),
  action: z.string().optional().describe('with selector'),
  parameters: z.record(z.string(), z.unknown()).optional().describe('with selector, e.g. {"brightness_pct": 40}'),
  timeout_seconds: z.number().min(0).max(60).optional().describe('with selector'),
  validate_first: z.boolean().default(true).describe('with selector'),
  dry_run: z.boolean().default(false).describe('with selector: only tells what it would reach'),
});

type Input = z.infer<typeof input>;

interface RowResult {
  readonly isSuccess: boolean;
  readonly operationId: string | undefined;
  readonly row: Record<string, unknown>;
}

export const tool = defineTool({
  name: 'ha_bulk_control',
  title: 'Bulk Control',
  docs: 'Controls many devices in one call: rows of entity and action, or a selector for all lights, covers … of areas or floors but some. A failing row never stops the others. For one device use ha_call_service.',
  tags: ['Service & Device Control'],
  scope: 'home',
  effect: 'control',
  input,
  output: z.looseObject({
    total_operations: z.number().optional(),
    successful_commands: z.number().optional(),
    failed_commands: z.number().optional(),
    results: z.array(z.unknown()).optional(),
    resolution: z.looseObject({ resolved_entity_ids: z.array(z.string()) }).optional(),
    dry_run: z.literal(true).optional(),
    dispatched: z.literal(false).optional(),
  }),
  targets({ operations = [], selector, action = '', parameters = {}, dry_run: isTrial }) {
    if (isTrial) return [];
    const rows = readRows(operations).rows.flatMap(({ entityId, action: own, parameters: data }) => {
      const service = isEntityId(entityId) ? bulkService(entityId, own, data) : undefined;
      return service
        ? [{ action: `${service.domain}.${service.service}`, selector: { entity_id: entityId }, data: service.data }]
        : [];
    });
    return [...rows, ...(selector ? selectorTargets(selector, action.toLowerCase(), parameters) : [])];
  },
  async run(call, context) {
    if ((call.operations === undefined) === (call.selector === undefined)) throw oneOfBoth(call);
    if (call.selector) return runSelector(call.selector, call, context);
    refuseSelectorOnly(call);
    return runRows(call.operations ?? [], call.parallel, context);
  },
});

async function runSelector(selector: BulkSelector, call: Input, context: ToolContext) {
  const action = call.action?.toLowerCase();
  const { parameters = {}, timeout_seconds } = call;
  checkSelector(selector, action, parameters);
  const { entityIds, resolution, warnings } = await select(context.home, selector);
  const facts = { resolution, ...(warnings.length > 0 ? { warnings: [...warnings] } : {}) };
  if (call.dry_run) return { success: true, dry_run: true as const, dispatched: false as const, ...facts };
  const rows = entityIds.map((entity_id) => ({ entity_id, action, parameters, timeout_seconds }));
  return { ...(await runRows(rows, call.parallel, context)), ...facts };
}

async function runRows(operations: readonly unknown[], parallel: boolean, context: ToolContext) {
  const { rows, skipped } = readRows(operations);
  if (operations.length === 0)
    throw new Fault('VALIDATION_MISSING_PARAMETER', '`operations`: the list is empty.', {
      suggestion: 'Pass rows like {"entity_id": "light.kitchen", "action": "on"}.',
    });
  if (rows.length === 0) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', 'No row of `operations` can be used.', {
      suggestion: skipped.slice(0, 3).map((one) => `Row ${one.index}: ${one.reason}`),
      context: { skipped_details: skipped },
    });
  }
  const results = parallel ? await Promise.all(rows.map((row) => command(row, context))) : await inOrder(rows, context);
  return report(operations.length, results, skipped, parallel);
}

function oneOfBoth({ operations }: Input): Fault {
  const given = operations === undefined ? 'neither was given' : 'both were given';
  return new Fault('VALIDATION_FAILED', `Give either operations or selector; ${given}.`, {
    suggestion: 'operations names each entity; selector all of a domain in areas or on floors.',
    context: { parameter: operations === undefined ? 'operations' : 'selector' },
  });
}

/** What each row says for itself. @throws Fault VALIDATION_FAILED */
function refuseSelectorOnly(call: Input): void {
  const keys = ['action', 'parameters', 'timeout_seconds'] as const;
  const given =
    keys.find((key) => call[key] !== undefined) ??
    (call.dry_run ? 'dry_run' : call.validate_first ? undefined : 'validate_first');
  if (given === undefined) return;
  throw new Fault('VALIDATION_FAILED', `\`${given}\` goes with selector only.`, {
    suggestion: 'With operations each row has its own action, parameters and timeout_seconds.',
    context: { parameter: given },
  });
}

async function inOrder(rows: readonly BulkRow[], context: ToolContext): Promise<RowResult[]> {
  const results: RowResult[] = [];
  for (const row of rows) results.push(await command(row, context));
  return results;
}

async function command(row: BulkRow, context: ToolContext): Promise<RowResult> {
  if (!isEntityId(row.entityId))
    return failed(
      row,
      'ENTITY_INVALID_ID',
      `'${row.entityId.slice(0, 80)}' is no entity id; one looks like light.kitchen.`,
      {},
    );
  const states = await context.home.states();
  const before = states.get(row.entityId);
  if (!before) {
    return failed(row, 'ENTITY_NOT_FOUND', `There is no entity ${row.entityId} in this home.`, {
      suggestions: nearestIds(row.entityId, states.keys()).slice(0, 3),
    });
  }
  const service = bulkService(row.entityId, row.action, row.parameters);
  if (!service)
    return failed(row, 'SERVICE_INVALID_ACTION', `${row.action} is no action of ${row.entityId}.`, {
      valid_actions: row.validActions,
    });
  const expected = expectedState(
    service.domain === 'homeassistant' ? 'group' : service.domain,
    service.service,
    service.data,
    before.state,
  );
  const startedAt = Date.now();
  try {
    await callService(context.home, service.domain, service.service, {
      data: service.data,
      target: { entity_id: row.entityId },
      signal: context.signal,
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return failed(row, error.code, error.message, error.outcomeUnknown ? { outcome: 'unknown' } : {});
  }
  const sent: Operation = {
    entity_id: row.entityId,
    action: row.action,
    expected_state: expected ?? null,
    before: before.last_updated,
    started_at: startedAt,
    final_state: null,
    duration_ms: null,
  };
  const settled = await settleOperation(context.home, sent, Math.min(CONFIRM_MS, row.timeoutMs), context.signal);
  return succeeded(row, service, settled, await putOperation(context.results, settled));
}

function succeeded(row: BulkRow, service: BulkService, operation: Operation, operationId: string): RowResult {
  const isConfirmed = operation.final_state !== null;
  return {
    isSuccess: true,
    operationId,
    row: {
      entity_id: row.entityId,
      action: row.action,
      parameters: row.parameters,
      command_sent: true,
      operation_id: operationId,
      status: isConfirmed ? 'completed' : 'pending_verification',
      confirmed: isConfirmed,
      final_state: operation.final_state,
      expected_state: operation.expected_state,
      verification_method: 'state_event',
      service_call: { ...service, data: { entity_id: row.entityId, ...service.data } },
      timeout_seconds: row.timeoutMs / 1_000,
      message: isConfirmed
        ? `${row.entityId} is ${operation.final_state}.`
        : `The home took the command for ${row.entityId}; its state has not shown it yet.`,
    },
  };
}

function failed(row: BulkRow, code: string, message: string, extra: Record<string, unknown>): RowResult {
  return {
    isSuccess: false,
    operationId: undefined,
    row: { success: false, error: { code, message }, entity_id: row.entityId, action: row.action, ...extra },
  };
}

function report(total: number, results: readonly RowResult[], skipped: readonly SkippedRow[], parallel: boolean) {
  const operationIds = results.flatMap(({ operationId }) => operationId ?? []);
  const pending = results
    .filter(({ row }) => row['status'] === 'pending_verification')
    .flatMap(({ operationId }) => operationId ?? []);
  return {
    total_operations: total,
    successful_commands: results.filter(({ isSuccess }) => isSuccess).length,
    failed_commands: results.filter(({ isSuccess }) => !isSuccess).length,
    skipped_operations: skipped.length,
    execution_mode: parallel ? 'parallel' : 'sequential',
    operation_ids: operationIds,
    results: results.map(({ row }) => row),
    follow_up:
      pending.length > 0
        ? { message: 'Ask ha_get_operation_status for the ones not confirmed yet.', operation_ids: pending }
        : null,
    ...(skipped.length > 0 ? { skipped_details: skipped } : {}),
  };
}
