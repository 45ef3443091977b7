import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type Admin, FIRST_TENANT, openAdmin } from '../admin.ts';
import { callTool, listTools, rpc } from '../ask-hub.ts';
import { type RunningHub, startHub } from '../start-hub.ts';
import { type Collector, startCollector } from '../traces/collector.ts';
import { filledIn, metricNames, RULES, readBoards, readRules } from './boards.ts';
import { hasPrometheus, type Prometheus, startPrometheus } from './prometheus.ts';

const LIGHT = 'light.bedside';
const LOCK = 'lock.front_door';

/** Exported, and on no dashboard for a reason. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  process_cpu_seconds: 'the sum of user and system, which are shown',
  process_virtual_memory_bytes: 'says nothing of a program that reserves much and uses little',
  process_heap_bytes: 'the same as the memory of the process, less exactly',
  nodejs_eventloop_lag_seconds: 'one sample per scrape; p99 and mean are shown',
  nodejs_eventloop_lag_min_seconds: 'of the same histogram as p99 and mean',
  nodejs_eventloop_lag_max_seconds: 'of the same histogram as p99 and mean',
  nodejs_eventloop_lag_stddev_seconds: 'of the same histogram as p99 and mean',
  nodejs_eventloop_lag_p50_seconds: 'of the same histogram as p99 and mean',
  nodejs_eventloop_lag_p90_seconds: 'of the same histogram as p99 and mean',
  nodejs_active_resources: 'files and sockets open are shown as the system counts them',
  nodejs_active_resources_total: 'files and sockets open are shown as the system counts them',
  nodejs_active_handles: 'files and sockets open are shown as the system counts them',
  nodejs_active_handles_total: 'files and sockets open are shown as the system counts them',
  nodejs_active_requests: 'files and sockets open are shown as the system counts them',
  nodejs_active_requests_total: 'files and sockets open are shown as the system counts them',
  nodejs_heap_size_total_bytes: 'the heap in use is shown',
  nodejs_heap_space_size_total_bytes: 'a part of the heap, for those who look for a leak',
  nodejs_heap_space_size_used_bytes: 'a part of the heap, for those who look for a leak',
  nodejs_heap_space_size_available_bytes: 'a part of the heap, for those who look for a leak',
  nodejs_version_info: 'the version of the hub says it',
};

/** Filled only where there is Redis; test/cluster looks at them. */
const OF_A_CLUSTER = /hub_redis_/;

const boards = await readBoards();
const rules = await readRules();
const queries = boards.flatMap(({ title, panels }) =>
  panels.flatMap((panel) =>
    panel.targets.flatMap(({ expr, legendFormat = '' }) =>
      expr === undefined ? [] : [{ where: `${title}, ${panel.title}`, expr: filledIn(expr), legendFormat }],
    ),
  ),
);

describe.runIf(hasPrometheus || process.env['REQUIRE_REAL'] === '1')('a Prometheus that reads a hub at work', () => {
  let home: SimulatedHome;
  let collector: Collector;
  let hub: RunningHub;
  let admin: Admin;
  let prometheus: Prometheus;
  let families: ReadonlyMap<string, string>;

  beforeAll(async () => {
    home = await startSimulatedHome();
    collector = await startCollector();
    hub = await startHub({
      env: {
        HOME_ASSISTANT_URL: home.url,
        HOME_ASSISTANT_TOKEN: home.token,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        TRACES_KEEP_PERCENT: '100',
      },
    });
    admin = await openAdmin(hub);
    prometheus = await startPrometheus(new URL(hub.opsBase).host, RULES);
    // Rates need a before and an after.
    await work();
    await untilRead();
    await work();
    await untilRead();
    const text = await (await fetch(`${hub.opsBase}/metrics`)).text();
    families = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [name, type]));
  });
  afterAll(async () => {
    await prometheus?.[Symbol.asyncDispose]();
    await hub?.[Symbol.asyncDispose]();
    await home?.close();
    await collector?.[Symbol.asyncDispose]();
  });

  /** A little of everything that people, models, strangers and homes do. */
  async function work(): Promise<void> {
    await rpc(hub.url, 'ping');
    await listTools(hub.url);
    for (let n = 0; n < 20; n++) {
      await callTool(hub.url, 'ha_get_state', { entity_id: LIGHT });
      await callTool(hub.url, 'ha_call_service', { domain: 'light', service: 'toggle', entity_id: LIGHT });
    }
    await callTool(hub.url, 'ha_get_state', { entity_id: 'light.of_nobody' });
    await callTool(hub.url, 'ha_call_service', { domain: 'lock', service: 'unlock', entity_id: LOCK });
    await callTool(hub.url, 'ha_manage_backup', { scope: 'snapshot', action: 'create', name: `Number ${Date.now()}` });
    await Promise.all(Array.from({ length: 25 }, () => fetch(`${hub.base}/private_${'x'.repeat(43)}`)));
    await fetch(`${hub.base}/api/tenants`, { headers: { authorization: 'Bearer not-the-admin-key-at-all' } });
    await admin.send('GET', `/tenants/${FIRST_TENANT}/homes`);
  }

  /** Everything that is counted now has been read. */
  async function untilRead(): Promise<void> {
    const text = await (await fetch(`${hub.opsBase}/metrics`)).text();
    const counted = Number(/^hub_calls_total\{result="ok"\} (\d+)/m.exec(text)?.[1]);
    const read = async () => {
      const [series] = await prometheus.query('max(hub_calls_total{result="ok"})');
      expect(series?.value).toBeGreaterThanOrEqual(counted);
    };
    await vi.waitFor(read, { timeout: 15_000, interval: 250 });
  }

  /** A metric by the name of any of its series. */
  function familyOf(name: string): string | undefined {
    return [name, name.replace(/_total$/, ''), name.replace(/_(bucket|sum|count)$/, '')].find((one) =>
      families.has(one),
    );
  }

  it('answers every query of the dashboards with figures, under the labels its legend names', async () => {
    expect(queries.length).toBeGreaterThan(50);
    const empty = async () => {
      const missing: string[] = [];
      for (const { where, expr, legendFormat } of queries.filter((one) => !OF_A_CLUSTER.test(one.expr))) {
        const series = await prometheus.query(expr);
        const labels = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
        const isFull = series.some(
          (one) => !Number.isNaN(one.value) && labels.every((label) => one.labels[label] !== undefined),
        );
        if (!isFull) missing.push(`${where}: ${expr}`);
      }
      return missing;
    };
    await expect.poll(empty, { timeout: 20_000, interval: 1_000 }).toEqual([]);
  });

  it('knows every metric that dashboards and alerts name', () => {
    const recorded = new Set(rules.map(({ record }) => record));
    const named = [...queries.map(({ expr }) => expr), ...rules.map(({ expr }) => expr)].flatMap(metricNames);
    expect(named.filter((name) => familyOf(name) === undefined && !recorded.has(name))).toEqual([]);
  });

  it('finds every metric that the hub exports on a dashboard, or a reason why not', () => {
    const shown = new Set(queries.flatMap(({ expr }) => metricNames(expr)).map(familyOf));
    expect([...families.keys()].filter((name) => !shown.has(name) && !(name in NOT_SHOWN))).toEqual([]);
    expect(Object.keys(NOT_SHOWN).filter((name) => !families.has(name) || shown.has(name))).toEqual([]);
  });

  it('evaluates the rules: recorded ratios are figures, and a hub at work raises nothing, nor would in a while', async () => {
    const ratio = async () => (await prometheus.query('hub:hub_fault:ratio_rate5m'))[0]?.value;
    await expect.poll(ratio, { timeout: 10_000 }).toBe(0);
    const raised = (await prometheus.query('ALERTS')).map(({ labels }) => labels['alertname']);
    // How fast it was is this machine's; strangers did try secrets.
    expect(
      raised.filter((name) => !/Overhead|StartLate|EventLoop|DatabaseSlow|SecretsGuessed/.test(name ?? '')),
    ).toEqual([]);
  });

  it('keeps traces as examples of the latency of calls', async () => {
    const { data } = z
      .object({
        data: z.array(z.object({ exemplars: z.array(z.object({ labels: z.record(z.string(), z.string()) })) })),
      })
      .parse(JSON.parse(await prometheus.examples('mcp_server_operation_duration_seconds_bucket')));
    const ids = new Set(data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels['trace_id'])));
    const sent = () => collector.spans.some(({ traceId }) => ids.has(traceId));
    await expect.poll(sent, { timeout: 10_000 }).toBe(true);
  });
});
