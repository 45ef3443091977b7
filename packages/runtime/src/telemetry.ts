import {
  type Context,
  createTraceState,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  type TextMapPropagator,
  trace,
} from '@opentelemetry/api';
import type { Log } from './log.ts';
import { type KeepRule, keepingTail } from './tail-sampling.ts';

export interface TelemetrySettings {
  /** OTEL_EXPORTER_OTLP_ENDPOINT; undefined leaves tracing off at no cost. */
  readonly endpoint: string | undefined;
  readonly serviceName: string;
  readonly version: string;
  readonly replicaId: string;
  /** Which traces are sent. */
  readonly keep: KeepRule;
  readonly log: Log;
}

const SEND_EVERY_MS = 1_000;

export interface Telemetry {
  readonly isOn: boolean;
  /** Sends what is still buffered. Call it last; give it a deadline through shutdown.ts. */
  shutdown(): Promise<void>;
}

/** Trace headers are read and written by hand where they count, so a caller's baggage never enters. */
const NO_PROPAGATION: TextMapPropagator | null = null;

/** Starts tracing when an endpoint is given. The SDK is loaded only then: it costs 30 MB and a noticeable part of the start. */
export async function startTelemetry(settings: TelemetrySettings): Promise<Telemetry> {
  const { endpoint, log } = settings;
  if (endpoint === undefined) return { isOn: false, shutdown: async () => undefined };
  const [{ NodeSDK }, { OTLPTraceExporter }, { AlwaysOnSampler, BatchSpanProcessor }] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/sdk-trace'),
  ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const attributes = { 'service.version': settings.version, 'service.instance.id': settings.replicaId };
  const sdk = new NodeSDK({
    serviceName: settings.serviceName,
    resourceDetectors: [{ detect: () => ({ attributes }) }],
    // Everything is recorded and little kept: only the end of a call tells whether it is worth looking at.
    sampler: new AlwaysOnSampler(),
    spanProcessors: [
      keepingTail(new BatchSpanProcessor({ exporter, scheduledDelayMillis: SEND_EVERY_MS }), settings.keep),
    ],
    textMapPropagator: NO_PROPAGATION,
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  reportTo(log);
  return { isOn: true, shutdown: () => sdk.shutdown() };
}

/** A collector that is away is worth a warning in our own log and nothing more. */
function reportTo(log: Log): void {
  const warn = (message: string, ...rest: unknown[]) => log.warn({ rest }, `telemetry: ${message}`);
  const ignore = () => undefined;
  diag.setLogger(
    { error: warn, warn, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-|$)/;

/**
 * The caller's span, read from the `traceparent` and `tracestate` of an MCP `_meta` object; the root context when there is none
 * or it is malformed. Baggage is dropped: it is text from outside. Source: W3C Trace Context, SEP-414.
 */
export function remoteParent(meta: unknown): Context {
  const { traceparent, tracestate } =
    typeof meta === 'object' && meta !== null ? { ...(meta as Record<string, unknown>) } : {};
  const match = typeof traceparent === 'string' && traceparent.length <= 128 ? TRACEPARENT.exec(traceparent) : null;
  const [, traceId, spanId, flags] = match ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const state =
    typeof tracestate === 'string' && tracestate.length <= 512 ? { traceState: createTraceState(tracestate) } : {};
  const traceFlags = Number.parseInt(flags, 16) & 1;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true, ...state });
}
