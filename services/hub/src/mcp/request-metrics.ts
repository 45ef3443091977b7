import type { Metrics } from '@hub/runtime/metrics.ts';
import type { Inbound } from './legacy.ts';

/** tools/call is measured in the gate, where the tool is known; everything else here. */
const MEASURED_ELSEWHERE = 'tools/call';

/** Their time is that of what they wait for: changes, or the end of a job. */
const WAITING: ReadonlySet<string> = new Set(['subscriptions/listen', 'tasks/result', 'tasks/cancel']);

/** Counts and times MCP requests by method and protocol version, both closed sets. */
export function createRequestObserver(metrics: Metrics): (inbound: Inbound, message: unknown) => () => void {
  return ({ request, reply }, message) => {
    const started = performance.now();
    const method = methodOf(message);
    metrics.requestsByProtocol.inc({
      mcp_protocol_version: versionOf(request.headers['mcp-protocol-version'], message),
    });
    metrics.inflightRequests.add({ kind: 'mcp' }, 1);
    return () => {
      metrics.inflightRequests.add({ kind: 'mcp' }, -1);
      if (method === MEASURED_ELSEWHERE) return;
      const seconds = (performance.now() - started) / 1_000;
      metrics.operationDuration.observe({ mcp_method_name: method, network_transport: 'tcp' }, seconds);
      if (WAITING.has(method)) return;
      metrics.overhead.observe({ mcp_method_name: method }, seconds);
      if (method === 'tools/list')
        metrics.toolsListBytes.observe({}, Number(reply.raw.getHeader('content-length') ?? 0));
    };
  };
}

function methodOf(message: unknown): string {
  if (typeof message !== 'object' || message === null || !('method' in message)) return 'response';
  return typeof message.method === 'string' ? message.method : '';
}

/** Clients of the 2025 era name their version in a header after they said it in `initialize`. */
function versionOf(header: string | string[] | undefined, message: unknown): string {
  if (typeof header === 'string') return header;
  const params = typeof message === 'object' && message !== null && 'params' in message ? message.params : undefined;
  const version =
    typeof params === 'object' && params !== null && 'protocolVersion' in params && params.protocolVersion;
  return typeof version === 'string' ? version : '';
}
