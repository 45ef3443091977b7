import { once } from 'node:events';
import { connect } from 'node:net';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { describe, expect, it } from 'vitest';
import { callTool } from '../ask-hub.ts';
import { databaseProcesses, makeDataDir, type RunningHub, removeDataDir, startHub } from '../start-hub.ts';

/** Longer than it takes to notice the call and to ask the hub to stop. */
const SLOW_MS = 2_000;

async function untilInFlight(hub: RunningHub): Promise<void> {
  const running = async () => {
    const metrics = await (await fetch(`${hub.opsBase}/metrics`)).text();
    return /^hub_inflight_requests\{kind="mcp"\} (\d+)/m.exec(metrics)?.[1];
  };
  await expect.poll(running, { timeout: 10_000 }).toBe('1');
}

describe('asked to stop', () => {
  it('says not ready, takes no new connection, ends event streams, finishes the call in flight, and leaves nothing behind', async () => {
    const home = await startSimulatedHome();
    const env = { HOME_ASSISTANT_URL: home.url, HOME_ASSISTANT_TOKEN: home.token };
    await using hub = await startHub({ env });
    try {
      await callTool(hub.url, 'ha_eval_template', { template: '{{ 1 }}' });
      const stream = await fetch(hub.url, { headers: { accept: 'text/event-stream' } });
      expect(stream.status).toBe(200);
      home.misbehave({ slowMs: SLOW_MS });
      const call = callTool(hub.url, 'ha_eval_template', { template: '{{ 42 }}' });
      call.catch(() => undefined);
      await untilInFlight(hub);
      const end = hub.stop();
      await expect.poll(async () => (await fetch(`${hub.opsBase}/readyz`)).status).toBe(503);
      await expect(once(connect(hub.port, '127.0.0.1'), 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      expect(await stream.text()).toBe('');
      expect(JSON.stringify(await call)).toContain('42');
      // A step that outlives its time would make this 1.
      expect(await end).toMatchObject({ code: 0, signal: null });
      expect(await databaseProcesses(hub.dataDir)).toEqual([]);
      expect(home.connections()).toBe(0);
    } finally {
      await home.close();
    }
  });

  it('by Ctrl-C at the terminal of npm start: the whole chain ends, once, in order', async () => {
    const dataDir = await makeDataDir();
    try {
      const hub = await startHub({ dataDir, byLauncher: true });
      // A terminal tells the whole group; the launcher passes the same wish on.
      process.kill(-hub.pid, 'SIGINT');
      expect(await hub.ended).toMatchObject({ code: 0, signal: null });
      expect(hub.stderr().match(/"msg":"stopping"/g)).toHaveLength(1);
      expect(await databaseProcesses(dataDir)).toEqual([]);
    } finally {
      await removeDataDir(dataDir);
    }
  });

  it('by the death of npm start: the hub and its database end by themselves', async () => {
    const dataDir = await makeDataDir();
    try {
      const hub = await startHub({ dataDir, byLauncher: true });
      process.kill(hub.pid, 'SIGKILL');
      // Its pipes close when the hub, which inherited them, is gone too.
      await hub.ended;
      expect(await databaseProcesses(dataDir)).toEqual([]);
    } finally {
      await removeDataDir(dataDir);
    }
  });
});
