import { type Context, context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { AlwaysOnSampler, InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { type KeepRule, keepingTail, keptTraceId } from './tail-sampling.ts';
import { remoteParent } from './telemetry.ts';

/** One trace of a call and the two things it did; what of it was sent. */
function open(rule: KeepRule) {
  const exporter = new InMemorySpanExporter();
  const processor = keepingTail(new SimpleSpanProcessor({ exporter }), rule);
  const provider = new TracerProvider({ sampler: new AlwaysOnSampler(), spanProcessors: [processor] });
  const tracer = provider.getTracer('test');
  return {
    begin: (name: string, parent: Context = ROOT_CONTEXT, startTime?: number) =>
      tracer.startSpan(name, startTime === undefined ? {} : { startTime }, parent),
    sent: () => exporter.getFinishedSpans().map(({ name }) => name),
  };
}

test('a call that failed deep inside is kept whole, the next one without trouble is not', () => {
  const { begin, sent } = open({ ratio: 0, slowMs: 60_000 });
  for (const code of [SpanStatusCode.ERROR, SpanStatusCode.OK]) {
    const call = begin('call');
    const inside = trace.setSpan(ROOT_CONTEXT, call);
    const query = begin('query', inside);
    query.setStatus({ code });
    query.end();
    begin('home', inside).end();
    expect(keptTraceId(call)).toBeUndefined();
    call.end();
    expect(keptTraceId(call)).toBe(code === SpanStatusCode.ERROR ? call.spanContext().traceId : undefined);
  }
  expect(sent()).toEqual(['query', 'home', 'call']);
});

test('a slow call is kept, and what ends after it goes the same way', () => {
  const { begin, sent } = open({ ratio: 0, slowMs: 1_000 });
  const call = begin('slow', ROOT_CONTEXT, Date.now() - 2_000);
  const late = begin('late', trace.setSpan(ROOT_CONTEXT, call));
  call.end();
  late.end();
  const quick = begin('quick');
  const after = begin('after', trace.setSpan(ROOT_CONTEXT, quick));
  quick.end();
  after.end();
  expect(sent()).toEqual(['slow', 'late']);
});

test('two parts of one trace are judged each by itself, and a part by the trace id in every process alike', () => {
  const parentOf = (traceId: string) => remoteParent({ traceparent: `00-${traceId}-b7ad6b7169203331-00` });
  const low = `${'a'.repeat(24)}00000001`;
  const high = `${'a'.repeat(24)}ffffffff`;
  const { begin, sent } = open({ ratio: 0.5, slowMs: 60_000 });
  begin('sampled call', parentOf(low)).end();
  begin('sampled job', parentOf(low)).end();
  begin('other call', parentOf(high)).end();
  const job = begin('failed job', parentOf(high));
  job.setStatus({ code: SpanStatusCode.ERROR });
  job.end();
  expect(sent()).toEqual(['sampled call', 'sampled job', 'failed job']);
});

test('a trace of thousands of spans keeps its first one and costs no more than 512', () => {
  const { begin, sent } = open({ ratio: 1, slowMs: 60_000 });
  const call = begin('call');
  for (let n = 0; n < 2_000; n++) begin('query', trace.setSpan(context.active(), call)).end();
  call.end();
  expect(sent()).toHaveLength(513);
  expect(sent().at(-1)).toBe('call');
});
