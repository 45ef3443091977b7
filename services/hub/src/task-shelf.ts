import { Fault } from '@hub/core/fault.ts';
import { FAULT_CODES } from '@hub/core/fault-codes.ts';
import { newSecret } from '@hub/core/ids.ts';
import type { CallTask, CallTasks } from '@hub/gate/call-tasks.ts';
import type { ConnectorAccess } from '@hub/gate/connector-access.ts';
import type { CallResult as GateResult } from '@hub/gate/envelope.ts';
import type { Gate } from '@hub/gate/gate.ts';
import type { VolatileMap } from '@hub/runtime/volatile-map.ts';
import { z } from 'zod';
import type { CallResult } from './mcp/call-result.ts';
import type { Task, TaskShelf } from './mcp/tasks.ts';

/** ha_get_job waits as long; then it is asked again. */
const WAIT_S = 50;
/** An answer that needed no job is fetched at once. */
const KEPT_MS = 15 * 60_000;

export interface TaskShelfDeps {
  readonly gate: Pick<Gate, 'call'>;
  readonly tasks: CallTasks;
  /** Answers of calls that a 2025-11-25 client wanted as a task and that had ended before there was one. */
  readonly kept: VolatileMap;
  /** How long jobs are kept after their end. */
  readonly jobsMaxDays: number;
}

/** A connector's tasks, and how a call becomes one. */
export interface ConnectorTasks extends TaskShelf {
  /** An answer as a task that has ended. */
  keep(result: CallResult): Promise<Task>;
}

/**
 * Jobs as tasks. Asking how one is and ending one are decided, limited, counted and audited as ha_get_job and ha_cancel_job are: a task is
 * another word for a job, and opens nothing that a job does not.
 */
export function taskShelf(deps: TaskShelfDeps, connector: ConnectorAccess): ConnectorTasks {
  const call = async (name: string, args: object, signal: AbortSignal) =>
    bodyOf(await deps.gate.call({ connector, name, args, signal }));

  async function look(id: string, waitS: number, signal: AbortSignal): Promise<Task | undefined> {
    const kept = await findKept(deps.kept, connector, id);
    if (kept) return kept;
    const body = await call('ha_get_job', { job_id: id, wait_seconds: waitS }, signal);
    if (!body) return undefined;
    const row = rowShape.parse(body);
    const found = await deps.tasks.find(connector, row.job_id);
    return found && taskOf(found, row, deps.jobsMaxDays);
  }

  return {
    find: (id, signal) => look(id, 0, signal),
    async ended(id, signal) {
      for (;;) {
        const task = await look(id, WAIT_S, signal);
        if (task?.status !== 'working') return task;
      }
    },
    async cancel(id, signal) {
      const task = await look(id, 0, signal);
      if (task?.status !== 'working') return task;
      await call('ha_cancel_job', { job_id: id }, signal);
      return look(id, 0, signal);
    },
    async keep(result) {
      const id = newSecret(18);
      const at = new Date();
      await deps.kept.set(keyOf(connector, id), { result, at: at.getTime() }, KEPT_MS);
      return keptTask(id, result, at);
    },
  };
}

const rowShape = z.object({
  job_id: z.string(),
  status: z.string(),
  stage: z.string().optional(),
  note: z.string().optional(),
  job_error: z.object({ message: z.string() }).optional(),
});

/** The texts are those of ha_get_job: redacted and made plain. */
function taskOf({ job, result }: CallTask, row: z.output<typeof rowShape>, jobsMaxDays: number): Task {
  // It may have moved on between the two looks.
  const isCurrent = row.status === job.state;
  const message = isCurrent ? messageOf(row) : undefined;
  return {
    id: job.id,
    status: job.state === 'cancelled' ? 'cancelled' : result ? 'completed' : 'working',
    ...(message === undefined ? {} : { message }),
    ...{ createdAt: job.createdAt, updatedAt: job.updatedAt, ttlMs: jobsMaxDays * 24 * 60 * 60_000 },
    ...(result ? { result: toMcp(result) } : {}),
  };
}

function messageOf({ status, stage, note, job_error: error }: z.output<typeof rowShape>): string | undefined {
  if (error) return status === 'unknown' ? `${error.message} ${note ?? ''}`.trim() : error.message;
  return stage ?? (status === 'queued' ? 'It waits for its turn.' : undefined);
}

/** An answer of the gate as MCP clients get it. */
export function toMcp({ isError, body, text, content }: GateResult): CallResult {
  // Said even when false: clients that read it without a default are about.
  if (content) return { content, isError };
  return { content: [{ type: 'text', text }], structuredContent: body, isError };
}

/** Undefined for a job that is not there. @throws Fault whatever else the gate refused */
function bodyOf({ isError, body }: GateResult): GateResult['body'] | undefined {
  if (!isError) return body;
  const { code, message, suggestion } = errorShape.parse(body['error']);
  if (code === 'RESOURCE_NOT_FOUND') return undefined;
  throw new Fault(code, message, suggestion === undefined ? {} : { suggestion });
}

const errorShape = z.object({ code: z.enum(FAULT_CODES), message: z.string(), suggestion: z.string().optional() });

const failedShape = z.object({ success: z.literal(false), error: z.object({ message: z.string() }) });

const keptShape = z.object({
  result: z.object({
    content: z.array(z.looseObject({ type: z.string() })),
    structuredContent: z.record(z.string(), z.unknown()).exactOptional(),
    isError: z.boolean().exactOptional(),
  }),
  at: z.number(),
});

async function findKept(map: VolatileMap, connector: ConnectorAccess, id: string): Promise<Task | undefined> {
  const found = keptShape.safeParse(await map.get(keyOf(connector, id))).data;
  return found && keptTask(id, found.result, new Date(found.at));
}

function keptTask(id: string, result: CallResult, at: Date): Task {
  const message = failedShape.safeParse(result.structuredContent).data?.error.message;
  const why = message === undefined ? {} : { message };
  return { id, status: 'completed', ...why, createdAt: at, updatedAt: at, ttlMs: KEPT_MS, result };
}

/** Ids carry 144 random bits and are looked up under the connector. */
function keyOf({ id: connectorId }: ConnectorAccess, id: string): string {
  return `${connectorId}:${id}`;
}
