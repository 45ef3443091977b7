import { randomBytes } from 'node:crypto';
import { findRedis } from '@hub/runtime/testing/redis-server.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { callTool, listTools, rpc } from '../ask-hub.ts';
import { openTasks } from '../clients/task-client.ts';
import { makeDataDir, removeDataDir } from '../start-hub.ts';
import { type Collector, startCollector, treeOf } from '../traces/collector.ts';
import { type ClusterAdmin, openClusterAdmin } from './admin.ts';
import { type Cluster, startCluster } from './cluster.ts';
import type { Replica } from './replica.ts';

const jobAnswer = z.object({ job: z.object({ id: z.string() }) });
const searched = z.object({ results: z.array(z.object({ home: z.string() })), not_looked_into: z.array(z.string()) });
const jobShape = z.object({ state: z.string(), attempt: z.number(), error: z.unknown().optional() });

describe.skipIf(findRedis() === undefined && process.env['REQUIRE_REAL'] !== '1')('two hubs and a worker', () => {
  let cluster: Cluster;
  let collector: Collector;
  let dir: string;
  let home: SimulatedHome;
  let admin: ClusterAdmin;
  let url: string;

  beforeAll(async () => {
    [dir, home] = [await makeDataDir(), await startSimulatedHome({ name: 'Cabin' })];
    collector = await startCollector();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      TRACES_KEEP_PERCENT: '100',
    };
    cluster = await startCluster({ dir, hubs: 2, workers: 1, env });
    admin = openClusterAdmin(cluster.url, cluster.adminKey);
    await admin.send('POST', '/tenants', { name: 'Fjord', slug: 'fjord', owner: 'Anna' });
    await admin.send('POST', '/tenants/fjord/homes', {
      url: home.url,
      token: home.token,
      name: 'Cabin',
      slug: 'cabin',
    });
    url = await admin.connector('fjord', { name: 'anna', ceiling: 'destroy' });
  }, 120_000);
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await home?.close();
    await collector?.[Symbol.asyncDispose]();
    await removeDataDir(dir);
  });

  const at = (hub: Replica | undefined) => (hub ? url.replace(cluster.url, cluster.addressOf(hub)) : '');
  const lightOf = async (hub: Replica | undefined, service: 'turn_on' | 'turn_off') =>
    callTool(at(hub), 'ha_call_service', { domain: 'light', service, entity_id: 'light.bedside' });

  it('reach a home from each of them over one link', async () => {
    const [first, second] = cluster.hubs;
    for (const hub of [first, second, first, second]) {
      const { isError, body } = await callTool(at(hub), 'ha_get_state', { entity_id: 'light.bedside' });
      expect(isError, JSON.stringify(body)).toBe(false);
    }
    for (const hub of [first, second]) {
      expect((await lightOf(hub, 'turn_on')).isError).toBe(false);
      expect(home.stateOf('light.bedside')).toBe('on');
      expect((await lightOf(hub, 'turn_off')).isError).toBe(false);
      expect(home.stateOf('light.bedside')).toBe('off');
    }
    expect(home.connections()).toBe(1);
  });

  it('a job stored by either of them is run by the worker, through the holder', async () => {
    const { job } = jobAnswer.parse(
      await admin.send('POST', '/tenants/fjord/homes/cabin/backups', { name: 'From afar' }),
    );
    const ended = await vi.waitFor(
      async () => {
        const found = jobShape.parse(await admin.send('GET', `/tenants/fjord/jobs/${job.id}`));
        expect(['queued', 'running']).not.toContain(found.state);
        return found;
      },
      { timeout: 20_000, interval: 200 },
    );
    expect(ended, JSON.stringify(ended.error)).toMatchObject({ state: 'done', attempt: 1 });
    expect(home.connections()).toBe(1);
  });

  it('a tool that starts a job follows it across processes to its end', async () => {
    const { body, isError } = await callTool(url, 'ha_manage_backup', {
      scope: 'snapshot',
      action: 'create',
      name: 'By tool',
    });
    expect(isError, JSON.stringify(body)).toBe(false);
    expect(JSON.stringify(body)).toContain('By tool');
  });

  it('a call that goes on as a task is followed and answered at whichever of them is asked', async () => {
    const holder = await cluster.holderOf('cabin');
    const other = cluster.hubs.find((hub) => hub !== holder);
    home.holdBackups();
    try {
      await using there = await openTasks(at(other), '2026-07-28');
      const args = { scope: 'snapshot', action: 'create', name: 'As a task' };
      const execution = await there.session.callTool('ha_manage_backup', args);
      if (execution.kind !== 'task') throw new Error('the call did not become a task');
      await using here = await openTasks(at(holder), '2026-07-28');
      const task = here.session.task(execution.handle.taskId);
      expect(await task.snapshot()).toMatchObject({ status: 'working' });
      home.releaseBackups();
      const { outcome } = await execution.settle();
      expect(outcome).toMatchObject({ status: 'completed', result: { structuredContent: { name: 'As a task' } } });
      expect(await task.result()).toMatchObject({
        status: 'completed',
        result: outcome.status === 'completed' && outcome.result,
      });
    } finally {
      home.releaseBackups();
    }
  });

  it('a call that hops to the holder and a job that a worker runs are one trace each', async () => {
    const holder = await cluster.holderOf('cabin');
    const other = cluster.hubs.find((hub) => hub !== holder);
    const traced = async (name: string, args: object) => {
      const [traceId, parentId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
      const _meta = { traceparent: `00-${traceId}-${parentId}-01` };
      await rpc(at(other), 'tools/call', { name, arguments: args, _meta });
      return () =>
        treeOf(
          collector.spans.filter((span) => span.traceId === traceId),
          parentId,
        );
    };
    const lamp = await traced('ha_call_service', { domain: 'light', service: 'toggle', entity_id: 'light.bedside' });
    const hopped = ['tools/call ha_call_service', '  holder', '    tools/call ha_call_service', '      policy'];
    await vi.waitFor(
      () => expect(lamp()).toEqual(expect.arrayContaining([...hopped, '      home ws service'])),
      10_000,
    );
    const backup = await traced('ha_manage_backup', { scope: 'snapshot', action: 'create', name: 'Traced' });
    await vi.waitFor(() => {
      const lines = backup();
      expect(lines[0]).toBe('tools/call ha_manage_backup');
      expect(lines).toContain('      enqueue backup.create');
      expect(lines).toContain('        run backup.create');
      expect(lines).toContain('          postgresql update');
      const begun = lines.indexOf('          home ws config');
      expect(lines[begun + 1]).toBe('            held send');
      // Before it the holder asks whether this attempt is still the job's.
      const held = lines.slice(begun + 2);
      const end = held.findIndex((line) => !line.startsWith(' '.repeat(14)));
      expect(held.slice(0, end)).toContain('              home ws config');
    }, 15_000);
  });

  const metricsOf = async ({ opsPort }: Replica) => (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();

  it('a home counts where its link is, also when another looked at it from there', async () => {
    const holder = await cluster.holderOf('cabin');
    for (const hub of cluster.hubs)
      await openClusterAdmin(cluster.addressOf(hub), cluster.adminKey).send('GET', '/doctor?all=true');
    const linked = /^hub_homes\{state="connected"\} (\d+)/m;
    const counts = await Promise.all(cluster.hubs.map(async (hub) => linked.exec(await metricsOf(hub))?.[1]));
    expect(counts).toEqual(cluster.hubs.map((hub) => (hub === holder ? '1' : '0')));
  });

  it('each process counts a call once, its own part of it, and says that Redis answers', async () => {
    const counted = [
      /^hub_calls_total\{result="ok"\} (\d+)/m,
      /^hub_authz_decisions_total\{decision="allow",rule_class="default"\} (\d+)/m,
    ];
    const calls = async () => {
      const texts = await Promise.all(cluster.hubs.map(metricsOf));
      return texts.map((text) => counted.map((line) => Number(line.exec(text)?.[1])));
    };
    const before = await calls();
    const other = (await cluster.holderOf('cabin')) === cluster.hubs[0] ? 1 : 0;
    await callTool(at(cluster.hubs[other]), 'ha_get_state', { entity_id: 'light.bedside' });
    expect(await calls()).toEqual(
      before.map((counts, at) => (at === other ? counts.map((count) => count + 1) : counts)),
    );
    for (const one of [...cluster.hubs, ...cluster.workers]) expect(await metricsOf(one)).toContain('hub_redis_up 1');
  });

  it('a new list and a revoked connector are known to all at once', async () => {
    const guest = await admin.connector('fjord', { name: 'guest', ceiling: 'control' });
    const on = (hub: Replica | undefined) => guest.replace(cluster.url, hub ? cluster.addressOf(hub) : '');
    for (const hub of cluster.hubs) expect(await listTools(on(hub))).toContain('ha_get_history');
    const streams = await Promise.all(
      cluster.hubs.map((hub) => fetch(on(hub), { headers: { accept: 'text/event-stream' } })),
    );
    const told = streams.map(firstMessage);
    await admin.send('PATCH', '/tenants/fjord/connectors/guest', { disabledTools: ['ha_get_history'] });
    for (const hub of cluster.hubs) {
      await vi.waitFor(async () => expect(await listTools(on(hub))).not.toContain('ha_get_history'), {
        timeout: 1_000,
      });
    }
    for (const message of await Promise.all(told)) expect(message).toContain('notifications/tools/list_changed');
    await admin.send('POST', '/tenants/fjord/connectors/guest/revoke');
    for (const hub of cluster.hubs) {
      await vi.waitFor(() => expect(listTools(on(hub))).rejects.toThrow('404'), { timeout: 1_000 });
    }
  });

  it('when the holder dies the other takes its homes, and one that comes back finds them there', async () => {
    const [first, second] = cluster.hubs;
    const holder = await cluster.holderOf('cabin');
    const other = holder === first ? second : first;
    await holder?.end('SIGKILL');
    await vi.waitFor(async () => expect((await lightOf(other, 'turn_on')).isError).toBe(false), { timeout: 10_000 });
    expect(home.stateOf('light.bedside')).toBe('on');
    await holder?.start();
    expect((await lightOf(holder, 'turn_off')).isError).toBe(false);
    expect(home.stateOf('light.bedside')).toBe('off');
    expect(home.connections()).toBe(1);
  }, 60_000);

  it('an ordered stop hands its homes over without a call that fails', async () => {
    const [first, second] = cluster.hubs;
    const stopping = first?.end('SIGTERM');
    const answers: boolean[] = [];
    let isOver = false;
    void stopping?.then(() => {
      isOver = true;
    });
    while (!isOver) answers.push((await callTool(at(second), 'ha_get_state', { entity_id: 'light.bedside' })).isError);
    expect(answers.filter(Boolean)).toEqual([]);
    await first?.start();
  }, 60_000);

  describe('of two homes, each at another hub,', () => {
    let shed: SimulatedHome;
    beforeAll(async () => {
      shed = await startSimulatedHome({ name: 'Shed' });
      await admin.send('POST', '/tenants/fjord/homes', {
        url: shed.url,
        token: shed.token,
        name: 'Shed',
        slug: 'shed',
      });
      const holder = await cluster.holderOf('cabin');
      const other = cluster.hubs.find((hub) => hub !== holder);
      await vi.waitFor(async () => {
        const looked = await callTool(at(other), 'ha_get_state', { home: 'shed', entity_id: 'light.bedside' });
        expect(looked.isError).toBe(false);
      }, 10_000);
      expect(await cluster.holderOf('shed')).toBe(other);
    });
    afterAll(async () => {
      await admin.send('DELETE', '/tenants/fjord/homes/shed');
      await shed.close();
    });

    it('a search looks into the same ones at each of them, wherever their links are', async () => {
      const search = async (hub: Replica | undefined) =>
        searched.parse((await callTool(at(hub), 'ha_fleet_search', { query: 'bedside' })).body);
      for (const hub of cluster.hubs) {
        await vi.waitFor(async () => {
          const { results, not_looked_into: notLookedInto } = await search(hub);
          expect([results.map(({ home: slug }) => slug), notLookedInto]).toEqual([['cabin', 'shed'], []]);
        }, 10_000);
      }
    });

    it('a run writes to both, and the trail of its holder names each write as the run did', async () => {
      const args = { domain: 'light', service: 'toggle', entity_id: 'light.bedside' };
      const asked = { tool: 'ha_call_service', args, soak_seconds: 0 };
      const { plan_id } = (await callTool(url, 'ha_fleet_run', asked)).body;
      const { body } = await callTool(url, 'ha_fleet_run', { ...asked, plan_id });
      expect(body, JSON.stringify(body)).toMatchObject({ done: 2, failed: 0, unknown: 0 });
      const named = await cluster.query<{ replica: string; phases: string[] }>(
        `select min(replica_id::text) as replica, array_agg(phase order by phase) as phases
        from job_step step join audit on call_id = step.marker ->> 'callId' group by call_id`,
      );
      expect(named.map(({ phases }) => phases)).toEqual(Array(2).fill(['intent', 'outcome']));
      expect(new Set(named.map(({ replica }) => replica)).size).toBe(2);
    });
  });
});

/** Of an event stream. */
async function firstMessage({ body }: Response): Promise<string> {
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? [])
    if (chunk.includes('data: ')) return chunk;
  return 'the stream ended';
}
