import { once } from 'node:events';
import { createServer } from 'node:http';
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { createLogger } from './log.ts';
import { remoteParent, startTelemetry } from './telemetry.ts';

const log = createLogger({ name: 'test', level: 'silent', to: 'stderr' });
const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

test('the parent comes from _meta, its baggage does not', () => {
  const parent = remoteParent({ traceparent: PARENT, tracestate: 'vendor=1', baggage: 'tenant=evil' });
  expect(trace.getSpanContext(parent)).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: 1,
    isRemote: true,
  });
  expect(trace.getSpanContext(parent)?.traceState?.get('vendor')).toBe('1');
  expect(propagation.getBaggage(parent)).toBeUndefined();
});

test.each([
  undefined,
  null,
  'text',
  {},
  { traceparent: 5 },
  { traceparent: '00-short-b7ad6b7169203331-01' },
  { traceparent: `00-${'0'.repeat(32)}-b7ad6b7169203331-01` },
  { traceparent: `ff${PARENT.slice(2)}` },
])('a missing or malformed parent is no parent: %j', (meta) => {
  expect(remoteParent(meta)).toBe(ROOT_CONTEXT);
});

test('without an endpoint nothing starts', async () => {
  const telemetry = await startTelemetry({
    endpoint: undefined,
    serviceName: 'hub',
    version: '1',
    replicaId: 'r',
    keep: { ratio: 1, slowMs: 1_000 },
    log,
  });
  expect(telemetry.isOn).toBe(false);
  expect(trace.getTracer('t').startSpan('x').isRecording()).toBe(false);
});

test('spans reach the collector at the latest on shutdown, under the name, version and replica of the process', async () => {
  const bodies: string[] = [];
  const collector = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (part: string) => bodies.push(`${request.url} ${part}`));
    request.on('end', () => response.end('{}'));
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const address = collector.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const telemetry = await startTelemetry({
    endpoint: `http://127.0.0.1:${port}/`,
    serviceName: 'hub-under-test',
    version: '1.2.3',
    replicaId: 'replica-7',
    keep: { ratio: 1, slowMs: 1_000 },
    log,
  });
  const parent = remoteParent({ traceparent: PARENT });
  context.with(parent, () => trace.getTracer('t').startActiveSpan('tools/call ha_get_state', (span) => span.end()));
  await telemetry.shutdown();
  collector.close();
  const sent = bodies.join('');
  expect(sent).toContain('/v1/traces');
  for (const text of [
    'tools/call ha_get_state',
    'hub-under-test',
    '1.2.3',
    'replica-7',
    '0af7651916cd43dd8448eb211c80319c',
  ]) {
    expect(sent).toContain(text);
  }
});
