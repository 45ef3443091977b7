import { Fault } from '@hub/core/fault.ts';
import { type Attributes, context, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { remoteParent } from './telemetry.ts';

const tracer = trace.getTracer('ha-mcp-hub');

/** What is told of a span: ids and closed words, never a text of a home, a person or a client. */
export interface SpanFacts {
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
}

/** Runs `work` as a part of the trace that is being recorded; without one it just runs. */
export async function inSpan<T>(name: string, facts: SpanFacts, work: () => Promise<T>): Promise<T> {
  if (!isRecording()) return work();
  return tracer.startActiveSpan(name, facts, (span) => ending(span, work));
}

/** Runs `work` as this process's part of a trace that another process, or an earlier call, began. */
export async function continueTrace<T>(
  name: string,
  facts: SpanFacts,
  traceparent: string | undefined,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  return tracer.startActiveSpan(name, facts, remoteParent({ traceparent }), (span) => ending(span, () => work(span)));
}

/** Runs `work` as if no call were being served: for loops that outlive the call which woke them. */
export function outsideTraces<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, work);
}

/** Notes something that has just ended, when a trace is being recorded. */
export function noteSpan(name: string, facts: SpanFacts, durationMs: number): void {
  if (!isRecording()) return;
  const ended = Date.now();
  tracer.startSpan(name, { ...facts, startTime: ended - durationMs }, context.active()).end(ended);
}

/** The running span as other processes continue it; undefined when nothing is recorded. Source: W3C Trace Context. */
export function currentTraceparent(): string | undefined {
  const span = trace.getActiveSpan();
  if (!span?.isRecording()) return undefined;
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
}

function isRecording(): boolean {
  return trace.getActiveSpan()?.isRecording() === true;
}

async function ending<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // The message may hold anything; the code is one of ours.
    const message = error instanceof Fault ? error.code : 'INTERNAL_ERROR';
    span.setStatus({ code: SpanStatusCode.ERROR, message });
    throw error;
  } finally {
    span.end();
  }
}

export { SpanKind, SpanStatusCode };
