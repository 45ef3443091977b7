import { randomBytes } from 'node:crypto';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rpc } from '../ask-hub.ts';
import { type HubEnd, type RunningHub, startHub } from '../start-hub.ts';
import { type Collector, startCollector, treeOf } from './collector.ts';

const ERROR = 2;
const HOME_NAME = 'Lakeside cabin';
const LIGHT = 'light.bedside';
const BACKUP_NAME = 'Before the holidays';

interface Trace {
  readonly traceId: string;
  readonly parentId: string;
}

/** Of all traces half is kept, by the end of the id; what failed is kept wherever it ends. */
function newTrace(end: 'in the kept half' | 'in the other half'): Trace {
  const traceId = randomBytes(12).toString('hex') + (end === 'in the kept half' ? '00000001' : 'ffffffff');
  return { traceId, parentId: randomBytes(8).toString('hex') };
}

describe('a client that says its trace', () => {
  const lamp = newTrace('in the kept half');
  const backup = newTrace('in the kept half');
  const failing = newTrace('in the other half');
  const quiet = newTrace('in the other half');
  let home: SimulatedHome;
  let hub: RunningHub;
  let end: HubEnd;
  let collector: Collector;
  let metrics = '';

  const call = ({ traceId, parentId }: Trace, name: string, args: object) =>
    rpc(hub.url, 'tools/call', {
      name,
      arguments: args,
      _meta: { traceparent: `00-${traceId}-${parentId}-01`, baggage: 'who=someone' },
    });
  const spansOf = ({ traceId }: Trace) => collector.spans.filter((span) => span.traceId === traceId);
  const treeOfCall = (trace: Trace) => treeOf(spansOf(trace), trace.parentId);

  beforeAll(async () => {
    home = await startSimulatedHome({ name: HOME_NAME });
    collector = await startCollector();
    hub = await startHub({
      env: {
        HOME_ASSISTANT_URL: home.url,
        HOME_ASSISTANT_TOKEN: home.token,
        HOME_ASSISTANT_NAME: HOME_NAME,
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        TRACES_KEEP_PERCENT: '50',
        TRACES_SLOW_MS: '3600000',
      },
    });
    await call(lamp, 'ha_call_service', { domain: 'light', service: 'turn_on', entity_id: LIGHT });
    await call(failing, 'ha_get_state', { entity_id: 'light.of_nobody' });
    await call(quiet, 'ha_get_state', { entity_id: LIGHT });
    await call(backup, 'ha_manage_backup', { scope: 'snapshot', action: 'create', name: BACKUP_NAME });
    metrics = await (await fetch(`${hub.opsBase}/metrics`)).text();
    end = await hub.stop();
  });
  afterAll(async () => {
    await hub?.[Symbol.asyncDispose]();
    await home?.close();
    await collector?.[Symbol.asyncDispose]();
  });

  it('finds its call below its own span: the decision, what was asked of the home meanwhile, and the act after it', () => {
    const tree = treeOfCall(lamp);
    expect(tree[0]).toBe('tools/call ha_call_service');
    expect(tree[1]).toBe('  policy');
    expect(tree).toContain('    postgresql select');
    expect(tree).toContain('    home ws read');
    expect(tree.at(-1)).toBe('  home ws service');
    expect(tree.filter((line) => !line.startsWith(' '))).toHaveLength(1);
  });

  it('finds the job it started in the same trace: stored, claimed, its database and its home', () => {
    const tree = treeOfCall(backup);
    const run = tree.indexOf('    run backup.create');
    expect(tree[0]).toBe('tools/call ha_manage_backup');
    expect(tree[run - 1]).toBe('  enqueue backup.create');
    const inside = new Set(tree.filter((line) => line.startsWith('      ')).map((line) => line.trim()));
    expect([...inside]).toEqual(expect.arrayContaining(['postgresql update', 'home ws config', 'home ws read']));
    const line = end.stderr.split('\n').find((text) => text.includes('an attempt at a job ended'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ trace_id: backup.traceId, outcome: 'done' });
  });

  it('keeps what failed, drops what nobody would look at, and names a kept trace as the example of its bucket', () => {
    const [failed] = spansOf(failing).filter(({ parentSpanId }) => parentSpanId === failing.parentId);
    expect(failed?.status).toMatchObject({ code: ERROR, message: 'ENTITY_NOT_FOUND' });
    expect(spansOf(quiet)).toEqual([]);
    const examples = metrics
      .split('\n')
      .filter((line) => line.startsWith('mcp_server_operation_duration_seconds_bucket'));
    expect(examples.some((line) => line.includes(`trace_id="${failing.traceId}"`))).toBe(true);
    expect(examples.some((line) => line.includes(`trace_id="${quiet.traceId}"`))).toBe(false);
  });

  it('does not count the wait for a job as work of the hub', () => {
    const figure = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(metrics)?.[1]);
    const ofCalls = 'mcp_method_name="tools/call"';
    // The backup alone took longer.
    expect(figure(`hub_overhead_seconds_sum\\{${ofCalls}\\}`)).toBeLessThan(1);
    expect(figure(`hub_job_duration_seconds_sum\\{job_kind="backup.create"\\}`)).toBeGreaterThan(1);
  });

  it('sends ids and closed words, no secret and no text of a home or a client', () => {
    const sent = collector.text();
    expect(sent).toContain('hub.home.id');
    for (const text of [
      home.token,
      hub.url.split('private_')[1],
      HOME_NAME,
      LIGHT,
      BACKUP_NAME,
      'of_nobody',
      'someone',
    ])
      expect(sent).not.toContain(text);
  });
});
