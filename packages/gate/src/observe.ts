import type { Fault } from '@hub/core/fault.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import { keptTraceId } from '@hub/runtime/tail-sampling.ts';
import { remoteParent } from '@hub/runtime/telemetry.ts';
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { CallResult } from './envelope.ts';
import { withUpstreamClock } from './upstream-clock.ts';

/** Metric, span and error log around one tool call. */
export interface CallObserver {
  observe(call: ObservedCall, work: (observed: Observed) => Promise<CallResult>): Promise<CallResult>;
  decided(decision: Decision, ruleClass: RuleClass): void;
}

export type Decision = 'allow' | 'deny' | 'ask';

export type RuleClass = 'credential' | 'tenant' | 'tool' | 'read_only' | 'ceiling' | 'best_practice' | 'default';

export interface ObservedCall {
  readonly name: string;
  readonly callId: string;
  readonly tenantId: string;
  readonly meta: Readonly<Record<string, unknown>> | undefined;
  /** Another replica counts it, and the time it takes here with it. */
  readonly isForwarded: boolean;
}

export interface Observed {
  /** The home a call turned out to mean: on the span, never a metric label. */
  about(homeId: string | undefined): void;
  /** How it failed; the cause is logged when it was a bug of ours. */
  failed(fault: Fault): void;
}

const METHOD = 'tools/call';
const tracer = trace.getTracer('ha-mcp-hub');

/** Source of names and attributes: OpenTelemetry semantic conventions for MCP. */
export function createCallObserver(deps: {
  readonly metrics: Metrics;
  readonly log: Log;
  readonly toolNames: ReadonlySet<string>;
}): CallObserver {
  const { metrics, log } = deps;
  return {
    decided(decision, ruleClass) {
      metrics.authzDecisions.inc({ decision, rule_class: ruleClass });
      trace.getActiveSpan()?.setAttributes({ 'hub.authz.decision': decision, 'hub.authz.rule_class': ruleClass });
    },
    async observe(call, work) {
      const toolName = deps.toolNames.has(call.name) ? call.name : '_OTHER';
      const parent = call.meta ? remoteParent(call.meta) : context.active();
      const span = tracer.startSpan(
        `${METHOD} ${toolName}`,
        {
          kind: SpanKind.SERVER,
          attributes: {
            'mcp.method.name': METHOD,
            'gen_ai.tool.name': toolName,
            'gen_ai.operation.name': 'execute_tool',
            'hub.tenant.id': call.tenantId,
            'hub.call.id': call.callId,
          },
        },
        parent,
      );
      let errorType: string | undefined;
      let result: CallOutcome = 'ok';
      const observed: Observed = {
        about: (homeId) => {
          if (homeId !== undefined) span.setAttribute('hub.home.id', homeId);
        },
        failed: (fault) => {
          errorType = errorTypeOf(fault);
          result = blameOf(fault);
          if (fault.code === 'RATE_LIMITED') metrics.rateLimited.inc({ scope: 'connector' });
          span.setAttributes({ 'error.type': errorType, 'hub.fault.code': fault.code });
          span.setStatus({ code: SpanStatusCode.ERROR, message: fault.code });
          if (fault.code === 'INTERNAL_ERROR' && fault.cause !== undefined)
            log.error({ err: fault.cause, callId: call.callId, tool: toolName }, 'a tool call met a bug');
        },
      };
      const started = performance.now();
      const { value, upstreamMs } = await context.with(trace.setSpan(parent, span), () =>
        withUpstreamClock(() => work(observed)),
      );
      const durationMs = performance.now() - started;
      span.end();
      if (call.isForwarded) return value;
      const traceId = keptTraceId(span);
      metrics.calls.inc({ result });
      metrics.operationDuration.observe(
        { mcp_method_name: METHOD, gen_ai_tool_name: toolName, error_type: errorType },
        durationMs / 1_000,
        traceId,
      );
      metrics.overhead.observe({ mcp_method_name: METHOD }, Math.max(0, durationMs - upstreamMs) / 1_000, traceId);
      return value;
    },
  };
}

type CallOutcome = 'ok' | 'caller_fault' | 'home_fault' | 'hub_fault';

/** Whose fault it was: what the objective of 99.9 % counts is the hub's own. */
function blameOf({ code }: Fault): CallOutcome {
  if (code.startsWith('INTERNAL_') || code === 'STORAGE_UNAVAILABLE') return 'hub_fault';
  return /^(CONNECTION_|WEBSOCKET_|TIMEOUT_)|^(SERVICE_CALL_FAILED|ENTITY_UNAVAILABLE|AUTH_INVALID_TOKEN)$/.test(code)
    ? 'home_fault'
    : 'caller_fault';
}

/** A closed set, as the convention wants: what kind of failure, not which one. */
function errorTypeOf(fault: Fault): string {
  if (fault.code === 'CANCELLED') return 'cancelled';
  if (fault.code.startsWith('TIMEOUT_')) return 'timeout';
  if (fault.code === 'CONNECTION_FAILED' || fault.code === 'CONNECTION_TIMEOUT' || fault.code.startsWith('WEBSOCKET_'))
    return 'home_unreachable';
  return fault.code === 'INTERNAL_ERROR' ? 'internal' : 'tool_error';
}
