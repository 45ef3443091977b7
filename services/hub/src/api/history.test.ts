import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { runHere } from '../testing/run-cli.ts';

let hub: AdminHub;
let simulated: SimulatedHome;
let url: string;
beforeAll(async () => {
  hub = await startAdminHub();
  simulated = await startSimulatedHome({ name: 'Cabin', token: 'right-token-of-the-cabin' });
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord' });
  await hub.ask('POST', '/tenants/fjord/homes', { url: simulated.url, token: simulated.token });
  url = (await hub.ask('POST', '/tenants/fjord/connectors', { name: 'builder', ceiling: 'configure' })).body.url;
  const [BestPracticeKey] = /I-HAVE-READ[\w-]+/.exec(await call('ha_get_skill_guide', {})) ?? [];
  await call('ha_config_set_script', { script_id: 'night', config: script('One'), BestPracticeKey });
  await call('ha_config_set_script', { script_id: 'night', config: script('Two'), BestPracticeKey });
});
afterAll(async () => {
  await simulated.close();
  await hub[Symbol.asyncDispose]();
});

const script = (alias: string) => ({ alias, sequence: [{ delay: '00:00:01' }], mode: 'single' });

async function call(name: string, args: object): Promise<string> {
  const response = await fetch(`${hub.base}${new URL(url).pathname}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } }),
  });
  const text = await response.text();
  if (response.status !== 200 || text.includes('"isError":true')) throw new Error(text);
  return text;
}

const tenant = '/tenants/fjord';

describe('edits', () => {
  it('are listed newest first, by home, kind and item', async () => {
    const { edits } = (await hub.ask('GET', `${tenant}/edits?home=cabin&kind=script&item=night`)).body;
    expect(edits).toMatchObject([
      { change: 'changed', home: 'cabin', item: { kind: 'script', id: 'night' }, state: 'done' },
      { change: 'created', actor: { kind: 'connector' } },
    ]);
    expect((await hub.ask('GET', `${tenant}/edits?kind=scene`)).body.edits).toEqual([]);
  });

  it('are paged to the end', async () => {
    const first = (await hub.ask('GET', `${tenant}/edits?limit=1`)).body;
    const second = (await hub.ask('GET', `${tenant}/edits?limit=1&before=${first.next}`)).body;
    const third = (await hub.ask('GET', `${tenant}/edits?limit=1&before=${second.next}`)).body;
    expect([first.edits[0].change, second.edits[0].change, third.edits]).toEqual(['changed', 'created', []]);
    expect(third.next).toBeUndefined();
  });

  it('show the item before and after, and what changed line by line', async () => {
    const [edit] = (await hub.ask('GET', `${tenant}/edits`)).body.edits;
    const whole = (await hub.ask('GET', `${tenant}/edits/${edit.id}`)).body;
    expect([whole.before.alias, whole.after.alias]).toEqual(['One', 'Two']);
    const { diff } = (await hub.ask('GET', `${tenant}/edits/${edit.id}/diff`)).body;
    expect(diff).toContain('-  "alias": "One",\n+  "alias": "Two",');
  });

  it('of another tenant are not there', async () => {
    await hub.ask('POST', '/tenants', { name: 'Other', slug: 'other' });
    const [edit] = (await hub.ask('GET', `${tenant}/edits`)).body.edits;
    expect((await hub.ask('GET', `/tenants/other/edits/${edit.id}`)).status).toBe(404);
  });
});

describe('restoring an edit', () => {
  const newest = async () => (await hub.ask('GET', `${tenant}/edits?kind=script&item=night`)).body.edits;
  const restore = (id: string, confirm?: boolean) =>
    hub.ask('POST', `${tenant}/edits/${id}/restore`, confirm === undefined ? {} : { confirm });
  const alias = async () => {
    const script = (await call('ha_config_get_script', { script_id: 'night' })).replaceAll('\\', '');
    return /"alias":\s*"(\w+)"/.exec(script)?.[1];
  };

  it('shows the difference and changes nothing, until it is confirmed; then it is an edit of the operator', async () => {
    const [edit] = await newest();
    const shown = (await restore(edit.id)).body;
    expect(shown).toMatchObject({
      standing: 'ready',
      restored: false,
      diff: expect.stringContaining('+  "alias": "One"'),
    });
    expect(await newest()).toHaveLength(2);
    const done = (await restore(edit.id, true)).body;
    expect(done).toMatchObject({
      restored: true,
      restoredBy: { actor: { kind: 'operator' }, change: 'changed', tool: 'hub edits restore', state: 'done' },
    });
    expect(done.restoredBy.connectorId).toBeUndefined();
    expect((await restore(edit.id, true)).body).toMatchObject({ standing: 'already', restored: false });
    expect(await newest()).toHaveLength(3);
    expect(await alias()).toBe('One');
  });

  it('takes nothing away that was done after it', async () => {
    const edits = await newest();
    const first = edits.at(-1);
    await restore(edits[0].id, true);
    expect(await alias()).toBe('Two');
    expect((await restore(first.id)).body).toMatchObject({ standing: 'changed', restored: false });
    const refused = await restore(first.id, true);
    expect([refused.status, refused.body]).toMatchObject([409, { error: { code: 'RESOURCE_LOCKED' } }]);
    expect(await alias()).toBe('Two');
  });

  it('on the command line shows the difference first, and does it with --yes', async () => {
    const run = (args: string) =>
      runHere(args.split(' '), { env: { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key, HUB_TENANT: 'fjord' } });
    const [{ id }] = await newest();
    const shown = await run(`edits restore ${id}`);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('+  "alias": "One"') });
    expect(shown.stderr).toBe(`Nothing was changed yet. To do it: hub edits restore ${id} --yes\n`);
    expect(await alias()).toBe('Two');
    const first = (await newest()).at(-1);
    const [told, refused] = [await run(`edits restore ${first.id}`), await run(`edits restore ${first.id} --yes`)];
    expect([told.code, told.stderr]).toEqual([0, 'It cannot be restored: the item was changed since that edit.\n']);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('hub edits list --kind script')]);

    const done = await run(`edits restore ${id} --yes`);
    expect(done).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/"One"[\s\S]*Restored\. To take that/),
    });
    expect(await alias()).toBe('One');
    const again = JSON.parse((await run(`edits restore ${id} --yes --json`)).stdout);
    expect(again).toMatchObject({ standing: 'already', restored: false });
  });

  it('of another tenant, or none at all, is not there', async () => {
    const [edit] = await newest();
    expect((await hub.ask('POST', `/tenants/other/edits/${edit.id}/restore`, { confirm: true })).status).toBe(404);
    expect((await restore('0197f0a0-0000-7000-8000-000000000000', true)).status).toBe(404);
  });
});

describe('the audit trail', () => {
  it('is filtered by tool, effect, connector and time', async () => {
    const count = async (query: string) => (await hub.ask('GET', `${tenant}/audit?${query}`)).body.entries.length;
    expect(await count('tool=ha_config_set_script&connector=builder&home=cabin')).toBe(2);
    expect(await count('effect=configure,system')).toBe(2);
    expect(await count('effect=destroy')).toBe(0);
    expect(await count('since=2099-01-01T00:00:00Z')).toBe(0);
    const [entry] = (await hub.ask('GET', `${tenant}/audit?limit=1&effect=configure`)).body.entries;
    expect(entry).toMatchObject({ home: 'cabin', connector: 'builder', outcome: 'done', effect: 'configure' });
  });

  it('keeps what was done at a home that is gone', async () => {
    const { body } = await hub.ask('GET', `${tenant}/homes/cabin`);
    await hub.ask('DELETE', `${tenant}/homes/cabin`);
    const { entries } = (await hub.ask('GET', `${tenant}/audit?home=${body.id}`)).body;
    expect(entries.length).toBeGreaterThan(0);
    expect(entries[0].home).toBeUndefined();
  });
});
