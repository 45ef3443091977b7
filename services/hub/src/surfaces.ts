import { Fault } from '@hub/core/fault.ts';
import type { BestPractice } from '@hub/gate/best-practice.ts';
import type { Gate } from '@hub/gate/gate.ts';
import { isOff } from '@hub/gate/tool-pins.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import type { Directory, KnownConnector } from './directory.ts';
import { guideShelf } from './guide-shelf.ts';
import { instructionsFor } from './instructions.ts';
import type { CallOutcome, ListKind, Surface, ToolCall } from './mcp/surface.ts';
import type { Task } from './mcp/tasks.ts';
import { type ConnectorTasks, type TaskShelfDeps, taskShelf, toMcp } from './task-shelf.ts';

export interface SurfaceDeps {
  readonly gate: Gate;
  readonly tasks: Omit<TaskShelfDeps, 'gate'>;
  readonly directory: Directory;
  readonly metrics: Metrics;
  readonly bestPractice: Pick<BestPractice, 'keyOf'>;
  /** Told of each use, for `last used`. */
  onUse(connectorId: string): void;
}

/** Connectors as the MCP endpoint serves them. */
export interface Surfaces {
  /** By the hash of a secret. */
  resolve(credential: string): Promise<Surface | undefined>;
  /** What the connector may do or see has changed: open clients are told. */
  changed(known: KnownConnector): void;
}

export function createSurfaces(deps: SurfaceDeps): Surfaces {
  const listeners = new Map<string, Set<(kind: ListKind) => void>>();
  const surfaces = new WeakMap<KnownConnector, Surface>();

  function surfaceOf(known: KnownConnector): Surface {
    const made = surfaces.get(known);
    if (made) return made;
    const instructions = instructionsFor(known.access);
    const tasks = tasksOf(deps, known);
    const surface: Surface = {
      key: known.access.id,
      instructions: () => instructions,
      listKey: deps.gate.listKey(known.access),
      listTools: (client) => deps.gate.list(known.access, client?.name) as ReturnType<Surface['listTools']>,
      resources: guideShelf(() => deps.bestPractice.keyOf(known.access)),
      ...(tasks ? { tasks } : {}),
      callTool: (call) => callTool(deps, known, tasks, call),
      onListChanged(listener) {
        const own = listeners.get(known.access.id) ?? new Set();
        listeners.set(known.access.id, own.add(listener));
        return {
          [Symbol.dispose]() {
            own.delete(listener);
            if (own.size === 0 && listeners.get(known.access.id) === own) listeners.delete(known.access.id);
          },
        };
      },
    };
    surfaces.set(known, surface);
    return surface;
  }

  return {
    async resolve(credential) {
      const known = await deps.directory.find(credential).catch((error: unknown) => {
        deps.metrics.calls.inc({ result: 'hub_fault' });
        throw error;
      });
      deps.metrics.authEvents.inc({ method: 'connector_url', outcome: known ? 'ok' : 'unknown' });
      return known && surfaceOf(known);
    },
    changed({ access }) {
      for (const listener of listeners.get(access.id) ?? []) listener('tools');
    },
  };
}

/** Entity rules are applied where the home is, and a task is asked for by the job: without both there are no tasks. */
function tasksOf(deps: SurfaceDeps, { access }: KnownConnector): ConnectorTasks | undefined {
  if (access.settings.visibility || isOff('ha_get_job', access.settings)) return undefined;
  return taskShelf({ ...deps.tasks, gate: deps.gate }, access);
}

/** Long enough for what is quick, so that most calls stay calls. */
const HAND_OVER_MS = { 'when long': 2_000, always: 0 } as const;

async function callTool(
  deps: SurfaceDeps,
  { access }: KnownConnector,
  tasks: ConnectorTasks | undefined,
  call: ToolCall,
): Promise<CallOutcome> {
  deps.onUse(access.id);
  const answer = await deps.gate.call({
    connector: access,
    name: call.name,
    args: call.args,
    signal: call.signal,
    progress: call.progress,
    clientName: call.clientInfo?.name,
    conversation: call.conversation,
    handOverAfterMs: tasks && call.takesTask && HAND_OVER_MS[call.takesTask],
    meta: call.traceParent === undefined ? undefined : { traceparent: call.traceParent },
  });
  const { isError, body, goesOnAs } = answer;
  const error = isError ? (body['error'] as { code?: string; message?: string } | undefined) : undefined;
  if (error?.code === 'TOOL_NOT_AVAILABLE' && !deps.gate.isTool(call.name)) {
    throw new Fault('TOOL_NOT_AVAILABLE', error.message ?? `There is no tool ${call.name}.`);
  }
  const result = toMcp(answer);
  const task = goesOnAs === undefined ? undefined : await lookAt(tasks, goesOnAs, call.signal);
  if (task) return { ...result, task };
  return call.takesTask === 'always' && tasks ? { ...result, task: await tasks.keep(result) } : result;
}

/** The work has begun: where it cannot be looked at, the plain answer tells how to ask for it. */
function lookAt(
  tasks: ConnectorTasks | undefined,
  id: string,
  signal: AbortSignal,
): Promise<Task | undefined> | undefined {
  return tasks?.find(id, signal).catch((error: unknown) => {
    if (error instanceof Fault) return undefined;
    throw error;
  });
}
