import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { labelOf, OTHER } from './closed-labels.ts';
import { createMetrics } from './metrics.ts';

const create = () => createMetrics({ version: '1.2.3', service: 'hub', toolNames: new Set(['ha_get_state']) });

async function linesOf(metrics: ReturnType<typeof create>, name: string): Promise<string[]> {
  return (await metrics.render()).split('\n').filter((line) => line.startsWith(name) && !line.startsWith('#'));
}

test('a value outside the set becomes _OTHER', () => {
  const set = new Set(['a']);
  expect([labelOf(set, 'a'), labelOf(set, 'b'), labelOf(set, '__proto__')]).toEqual(['a', OTHER, OTHER]);
});

test('10,000 random names add at most one series to each metric', async () => {
  const metrics = create();
  // Every instrument takes its label values from outside here, which the compiler forbids elsewhere.
  const instruments = Object.values(metrics).filter((one) => typeof one === 'object');
  const poke = (value: string) => {
    const labels = new Proxy({}, { get: () => value });
    for (const one of instruments) {
      if ('inc' in one) one.inc(labels);
      if ('observe' in one) one.observe(labels, 1);
      if ('set' in one) one.set(labels, 1);
    }
  };
  poke('first');
  const before = (await metrics.render()).split('\n').map((line) => line.split(' ')[0]);
  for (let n = 0; n < 10_000; n++) poke(randomBytes(8).toString('hex'));
  const after = (await metrics.render()).split('\n').map((line) => line.split(' ')[0]);
  const hub = (lines: (string | undefined)[]) => lines.filter((line) => /^(hub|mcp|db)_/.test(line ?? ''));
  expect(instruments.length).toBeGreaterThan(20);
  expect(hub(after)).toEqual(hub(before));
});

test('the duration of a call is counted under its method, tool and error, in the buckets of the convention', async () => {
  const metrics = create();
  metrics.operationDuration.observe(
    {
      mcp_method_name: 'tools/call',
      gen_ai_tool_name: 'ha_get_state',
      error_type: 'tool_error',
      network_transport: 'tcp',
    },
    0.015,
  );
  metrics.operationDuration.observe({ mcp_method_name: 'tools/call', gen_ai_tool_name: 'made_up' }, 0.015);
  const lines = await linesOf(metrics, 'mcp_server_operation_duration_seconds_bucket');
  const first = lines.filter((line) => line.includes('ha_get_state'));
  expect(first.map((line) => /le="([^"]+)"/.exec(line)?.[1])).toEqual([
    '0.01',
    '0.02',
    '0.05',
    '0.1',
    '0.2',
    '0.5',
    '1',
    '2',
    '5',
    '10',
    '30',
    '60',
    '120',
    '300',
    '+Inf',
  ]);
  expect(first[0]).toMatch(/ 0$/);
  expect(first[1]).toMatch(/ 1$/);
  expect(lines.join('\n')).not.toContain('made_up');
});

test('gauges are filled when they are read', async () => {
  const metrics = create();
  let homes = 0;
  metrics.onScrape(async () => metrics.homes.set({ state: 'connected' }, ++homes));
  await metrics.render();
  expect(await linesOf(metrics, 'hub_homes')).toEqual(['hub_homes{state="connected"} 2']);
});

test('a trace that can be looked at is an example of its bucket, and a counter of few words begins at 0', async () => {
  const metrics = create();
  const traceId = randomBytes(16).toString('hex');
  metrics.operationDuration.observe({ mcp_method_name: 'tools/call' }, 0.015, traceId);
  const lines = await linesOf(metrics, 'mcp_server_operation_duration_seconds_bucket');
  expect(lines.filter((line) => line.includes(traceId))).toEqual([
    expect.stringMatching(/le="0\.02",mcp_method_name="tools\/call"\} 1 # \{trace_id="[0-9a-f]{32}"\} 0\.015 [0-9.]+$/),
  ]);
  expect(await linesOf(metrics, 'hub_approvals_total')).toContain('hub_approvals_total{event="used"} 0');
  expect(await metrics.render()).toMatch(/\n# EOF\n$/);
});

test('a gauge says nothing until it is set: a hub without Redis has none that is away', async () => {
  const metrics = create();
  expect(await linesOf(metrics, 'hub_redis_up')).toEqual([]);
  metrics.redisUp.set({}, 0);
  expect(await linesOf(metrics, 'hub_redis_up')).toEqual(['hub_redis_up 0']);
});

test('the build is named, process figures are there, and two sets of metrics do not meet', async () => {
  const [one, two] = [create(), create()];
  one.rateLimited.inc({ scope: 'admin' }, 3);
  expect(await linesOf(one, 'hub_rate_limited_total')).toContain('hub_rate_limited_total{scope="admin"} 3');
  expect(await linesOf(two, 'hub_rate_limited_total')).toContain('hub_rate_limited_total{scope="admin"} 0');
  expect(await linesOf(two, 'hub_build_info')).toEqual(['hub_build_info{version="1.2.3",service="hub"} 1']);
  expect(await linesOf(two, 'nodejs_eventloop_lag_seconds')).toHaveLength(1);
});
