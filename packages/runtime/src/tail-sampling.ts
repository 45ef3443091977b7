import { type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace';

export interface KeepRule {
  /** The part of all traces that is kept whatever became of them, from 0 to 1; the same traces in every process. */
  readonly ratio: number;
  /** Milliseconds from which a call or job counts as slow and is kept. */
  readonly slowMs: number;
}

interface Part {
  readonly ended: ReadableSpan[];
  hasError: boolean;
  /** Undefined until its first span ends. */
  isKept?: boolean;
}

/** Beyond it a trace loses its middle rather than the process its memory. */
const MAX_SPANS = 512;

const keptSpans = new WeakSet<object>();

/**
 * Decides about a trace when this process's part of it ends: what failed or was slow is kept always, of the rest a part. Until then
 * its spans wait here; the first one, with nothing above it in this process, ends last. A part that another process began is judged
 * by itself: nobody knows there yet how this one will end.
 */
export function keepingTail(next: SpanProcessor, rule: KeepRule): SpanProcessor {
  const parts = new WeakMap<object, Part>();

  function decide(part: Part, first: ReadableSpan): void {
    part.isKept = part.hasError || durationMs(first) >= rule.slowMs || isSampled(first, rule.ratio);
    const ended = part.ended.splice(0);
    if (!part.isKept) return;
    keptSpans.add(first);
    for (const span of [...ended, first]) next.onEnd(span);
  }

  return {
    onStart(span, parentContext) {
      const parent = trace.getSpan(parentContext);
      parts.set(span, (parent && parts.get(parent)) ?? { ended: [], hasError: false });
      next.onStart(span, parentContext);
    },
    onEnd(span) {
      const part = parts.get(span);
      if (!part) return;
      if (part.isKept !== undefined) return part.isKept ? next.onEnd(span) : undefined;
      part.hasError ||= span.status.code === SpanStatusCode.ERROR;
      if (isFirst(span)) decide(part, span);
      else if (part.ended.length < MAX_SPANS) part.ended.push(span);
    },
    forceFlush: () => next.forceFlush(),
    shutdown: () => next.shutdown(),
  };
}

/** The trace in which this span can be looked at; undefined while that is not decided and when it was dropped. */
export function keptTraceId(span: Span): string | undefined {
  return keptSpans.has(span) ? span.spanContext().traceId : undefined;
}

function isFirst({ parentSpanContext }: ReadableSpan): boolean {
  return parentSpanContext === undefined || parentSpanContext.isRemote === true;
}

function durationMs({ duration: [seconds, nanoseconds] }: ReadableSpan): number {
  return seconds * 1_000 + nanoseconds / 1e6;
}

/** By the trace id alone, so that every process decides alike. */
function isSampled(span: ReadableSpan, ratio: number): boolean {
  return Number.parseInt(span.spanContext().traceId.slice(-8), 16) < ratio * 2 ** 32;
}
