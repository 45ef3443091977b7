import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admin, FIRST_TENANT, openAdmin } from '../admin.ts';
import { type RunningHub, startHub } from '../start-hub.ts';
import { CLIENTS } from './test-clients.ts';

const LIGHT = 'light.bedside';

let home: SimulatedHome;
let hub: RunningHub;
let admin: Admin;

beforeAll(async () => {
  home = await startSimulatedHome({ name: 'Clients' });
  hub = await startHub({ env: { HOME_ASSISTANT_URL: home.url, HOME_ASSISTANT_TOKEN: home.token } });
  admin = await openAdmin(hub);
});
afterAll(async () => {
  await hub?.[Symbol.asyncDispose]();
  await home?.close();
});

async function requestsInFlight(): Promise<number> {
  const metrics = await (await fetch(`${hub.opsBase}/metrics`)).text();
  return Number(/^hub_inflight_requests\{kind="mcp"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

function disableTools(...disabledTools: string[]): Promise<unknown> {
  return admin.send('PATCH', `/tenants/${FIRST_TENANT}/connectors/default`, { disabledTools });
}

describe.each(CLIENTS)('%s at a hub that runs', (_name, open) => {
  const connect = () => open(new URL(hub.url));

  it('lists, reads, controls and edits the home', async () => {
    await using client = await connect();
    expect(await client.list()).toEqual(expect.arrayContaining(['ha_get_state', 'ha_config_set_automation']));
    const stateOf = async () => JSON.stringify((await client.call('ha_get_state', { entity_id: LIGHT })).content);
    for (const [service, state] of [
      ['turn_on', 'on'],
      ['turn_off', 'off'],
    ]) {
      const called = await client.call('ha_call_service', { domain: 'light', service, entity_id: LIGHT });
      expect(called.isError, JSON.stringify(called.content)).toBeFalsy();
      expect(await stateOf()).toMatch(new RegExp(`\\\\"state\\\\": ?\\\\"${state}\\\\"`));
    }
    const config = {
      alias: 'From a client',
      triggers: [{ trigger: 'state', entity_id: LIGHT }],
      actions: [{ action: 'light.turn_off', target: { entity_id: LIGHT } }],
    };
    const guide = await client.call('ha_get_skill_guide', { file: 'references/automation-patterns.md' });
    const [BestPracticeKey] = /I-HAVE-READ[\w-]+/.exec(JSON.stringify(guide.content)) ?? [];
    const made = await client.call('ha_config_set_automation', { config, BestPracticeKey });
    const { unique_id: identifier } = made.structuredContent as { unique_id: string };
    const read = await client.call('ha_config_get_automation', { identifier });
    expect(JSON.stringify(read.content)).toContain('From a client');
    // Beyond what the printed URL may do.
    const removed = await client.call('ha_config_remove_automation', { identifier });
    expect(removed.isError).toBe(true);
    expect(JSON.stringify(removed.content)).toContain('EFFECT_NOT_ALLOWED');
  });

  it('follows a backup by its progress', async () => {
    await using client = await connect();
    const heard: number[] = [];
    const args = { scope: 'snapshot', action: 'create', name: `for ${_name}` };
    const made = await client.call('ha_manage_backup', args, { onprogress: ({ progress }) => heard.push(progress) });
    expect(made.isError, JSON.stringify(made.content)).toBeFalsy();
    expect(JSON.stringify(made.content)).toContain('backup_id');
    expect(heard.length).toBeGreaterThan(0);
    expect(heard).toEqual([...heard].sort((a, b) => a - b));
  });

  it('cancels a call that its home leaves unanswered, and goes on', async () => {
    await using client = await connect();
    await client.call('ha_eval_template', { template: '{{ 42 }}' });
    const idle = await requestsInFlight();
    home.misbehave({ hang: 'after_auth' });
    try {
      const cancel = new AbortController();
      const call = client.call('ha_eval_template', { template: '{{ 43 }}' }, { signal: cancel.signal });
      const failed = expect(call).rejects.toThrow();
      await expect.poll(requestsInFlight, { timeout: 10_000 }).toBe(idle + 1);
      cancel.abort();
      await failed;
      await expect.poll(requestsInFlight, { timeout: 10_000 }).toBe(idle);
    } finally {
      home.misbehave({});
    }
    const answer = await client.call('ha_eval_template', { template: '{{ 42 }}' });
    expect(answer.isError, JSON.stringify(answer.content)).toBeFalsy();
  });

  it('hears of a changed tool list, and sees the new one', async () => {
    await using client = await connect();
    let isHeard = false;
    void client.toolsChanged().then(() => {
      isHeard = true;
    });
    // The bridge opens streams to look around before the one it listens on, so a single change could come too early.
    let isOff = false;
    const change = async () => {
      if (isHeard) return true;
      isOff = !isOff;
      await disableTools(...(isOff ? ['ha_call_event'] : []));
      return isHeard;
    };
    await expect.poll(change, { timeout: 20_000, interval: 200 }).toBe(true);
    await disableTools('ha_call_event');
    expect(await client.list()).not.toContain('ha_call_event');
    await disableTools();
    expect(await client.list()).toContain('ha_call_event');
  });
});
