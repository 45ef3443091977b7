import { Fault } from '@hub/core/fault.ts';
import type { BestPractice } from '@hub/gate/best-practice.ts';
import type { Gate } from '@hub/gate/gate.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import type { Directory, KnownConnector } from './directory.ts';
import { guideShelf } from './guide-shelf.ts';
import { instructionsFor } from './instructions.ts';
import type { CallResult, ListKind, Surface, ToolCall } from './mcp/surface.ts';

export interface SurfaceDeps {
  readonly gate: Gate;
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
    const surface: Surface = {
      key: known.access.id,
      instructions: () => instructions,
      listKey: deps.gate.listKey(known.access),
      listTools: (client) => deps.gate.list(known.access, client?.name) as ReturnType<Surface['listTools']>,
      resources: guideShelf(() => deps.bestPractice.keyOf(known.access)),
      callTool: (call) => callTool(deps, known, call),
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

async function callTool(deps: SurfaceDeps, { access }: KnownConnector, call: ToolCall): Promise<CallResult> {
  deps.onUse(access.id);
  const { isError, body, text, content } = await deps.gate.call({
    connector: access,
    name: call.name,
    args: call.args,
    signal: call.signal,
    progress: call.progress,
    clientName: call.clientInfo?.name,
    conversation: call.conversation,
    meta: call.traceParent === undefined ? undefined : { traceparent: call.traceParent },
  });
  const error = isError ? (body['error'] as { code?: string; message?: string } | undefined) : undefined;
  if (error?.code === 'TOOL_NOT_AVAILABLE' && !deps.gate.isTool(call.name)) {
    throw new Fault('TOOL_NOT_AVAILABLE', error.message ?? `There is no tool ${call.name}.`);
  }
  // Said even when false: clients that read it without a default are about.
  if (content) return { content, isError };
  return { content: [{ type: 'text', text }], structuredContent: body, isError };
}
