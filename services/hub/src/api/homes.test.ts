import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { findTenant } from '@hub/db/tenants.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { runHere } from '../testing/run-cli.ts';

let hub: AdminHub;
let simulated: SimulatedHome;
beforeAll(async () => {
  hub = await startAdminHub();
  simulated = await startSimulatedHome({ name: 'Cabin', token: 'right-token-of-the-cabin' });
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord' });
});
afterAll(async () => {
  await simulated.close();
  await hub[Symbol.asyncDispose]();
});

const homes = '/tenants/fjord/homes';

describe('adding a home', () => {
  it('links to it first, keeps what was seen and never gives the token back', async () => {
    const { url, token } = simulated;
    const added = await hub.ask('POST', homes, { url, token, tags: ['sea'] });
    expect(added.status).toBe(201);
    expect(added.body).toMatchObject({
      result: 'created',
      home: { name: 'Cabin', slug: 'cabin', tags: ['sea'], status: { state: 'running', isAdmin: true } },
      check: { ok: true, isAdmin: true, clockAheadS: expect.any(Number) },
    });
    const list = await hub.ask('GET', homes);
    expect(list.body.homes).toHaveLength(1);
    expect(added.text + list.text).not.toContain(token);
  });

  it('updates the same home again and says so, keeping its name', async () => {
    const { url, token } = simulated;
    const again = await hub.ask('POST', homes, { url: `${url}/`, token, region: 'West' });
    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ result: 'updated', home: { slug: 'cabin', name: 'Cabin', region: 'West' } });
    expect((await hub.ask('GET', homes)).body.homes).toHaveLength(1);
  });

  it('stores nothing when the home refuses the token, and says what to do', async () => {
    const refused = await hub.ask('POST', homes, { url: simulated.url, token: 'wrong', name: 'Other' });
    expect(refused.status).toBe(400);
    expect(refused.body.error).toMatchObject({
      code: 'CONFIG_VALIDATION_FAILED',
      message: expect.stringContaining('Nothing was stored'),
      suggestions: expect.arrayContaining([expect.stringContaining('--no-check')]),
    });
    expect(refused.body.check).toMatchObject({ ok: false, fault: { code: 'AUTH_INVALID_TOKEN' } });
    expect((await hub.ask('GET', `${homes}/cabin`)).body.name).toBe('Cabin');
  });

  it('stores an unreachable home when told not to check', async () => {
    const added = await hub.ask('POST', homes, { url: 'http://127.0.0.1:9', token: 'x', name: 'Later', check: false });
    expect(added.status).toBe(201);
    expect(added.body.check).toBeUndefined();
    expect((await hub.ask('DELETE', `${homes}/later`)).status).toBe(204);
    expect((await hub.ask('GET', `${homes}/later`)).status).toBe(404);
  });

  it('removes a home with what waits for it, and says how much that was; checks of its stored backups go on', async () => {
    const added = await hub.ask('POST', homes, { url: 'http://127.0.0.1:9', token: 'x', name: 'Gone', check: false });
    const { id: homeId } = added.body.home;
    const tenantId = (await findTenant(hub.database.db, 'fjord'))?.id ?? '';
    const runAt = new Date(Date.now() + 3_600_000);
    const later = async (kind: string, args: object) =>
      (await hub.deps.queue.enqueue({ tenantId, homeId, kind, args, actor: SYSTEM_ACTOR, runAt })).job.id;
    const backups = [await later('backup.create', { name: 'a' }), await later('backup.create', { name: 'b' })];
    const drill = await later('backup.drill', { copyId: newId() });
    const removed = await hub.ask('DELETE', `${homes}/gone`);
    expect([removed.status, removed.body]).toEqual([200, { cancelledJobs: 2 }]);
    const stateOf = async (id: string) => (await hub.ask('GET', `/tenants/fjord/jobs/${id}`)).body.state;
    for (const id of backups) expect(await stateOf(id)).toBe('cancelled');
    expect(await stateOf(drill)).toBe('queued');
    await hub.deps.queue.cancel(tenantId, drill);
    expect((await hub.ask('GET', `${homes}/gone`)).status).toBe(404);
  });

  it('says on the command line, too, how many jobs were called off with a home', async () => {
    await hub.ask('POST', homes, { url: 'http://127.0.0.1:9', token: 'x', name: 'Lost', check: false });
    const notBefore = new Date(Date.now() + 3_600_000).toISOString();
    await hub.ask('POST', `${homes}/lost/backups`, { notBefore });
    const env = { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key };
    const { stdout } = await runHere(['homes', 'remove', 'lost', '--tenant', 'fjord'], { env });
    expect(stdout).toBe('Removed lost. Called off with it: 1 job that waited for it.\n');
  });

  it('refuses addresses that carry a password or a path, also unchecked', async () => {
    for (const url of ['http://me:pass@home.example', 'http://home.example/lovelace', 'ftp://home.example', 'home']) {
      const refused = await hub.ask('POST', homes, { url, token: 'x', check: false });
      expect(refused.status, url).toBeGreaterThanOrEqual(400);
      expect(refused.status, url).toBeLessThan(500);
    }
  });

  it('names each key it does not know', async () => {
    const refused = await hub.ask('POST', homes, { url: simulated.url, token: 'x', pasword: 'secret-text' });
    expect(refused.status).toBe(400);
    expect(refused.body.error).toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining('pasword'),
    });
    expect(refused.text).not.toContain('secret-text');
  });
});

describe('a stored home', () => {
  it('is found by slug, name and id', async () => {
    const { body } = await hub.ask('GET', `${homes}/cabin`);
    for (const ref of ['CABIN', body.id]) expect((await hub.ask('GET', `${homes}/${ref}`)).body.id).toBe(body.id);
  });

  it('takes a new token only when it works, and other facts at once', async () => {
    const refused = await hub.ask('PATCH', `${homes}/cabin`, { token: 'wrong' });
    expect(refused.status).toBe(400);
    const changed = await hub.ask('PATCH', `${homes}/cabin`, { note: 'key under the mat', tags: ['sea', 'rent'] });
    expect(changed.body.home).toMatchObject({ note: 'key under the mat', tags: ['sea', 'rent'] });
    const emptied = await hub.ask('PATCH', `${homes}/cabin`, { note: null });
    expect(emptied.body.home.note).toBeUndefined();
    expect((await hub.ask('POST', `${homes}/cabin/check`)).body).toMatchObject({ ok: true });
  });

  it('is listed by tag', async () => {
    expect((await hub.ask('GET', `${homes}?tag=rent,none`)).body.homes).toHaveLength(1);
    expect((await hub.ask('GET', `${homes}?tag=none`)).body.homes).toHaveLength(0);
  });

  it('shows after a failed check why it is away', async () => {
    const token = 'another-right-token';
    const other = await startSimulatedHome({ name: 'Barn', token });
    await hub.ask('POST', homes, { url: other.url, token, name: 'Barn', check: false });
    expect((await hub.ask('POST', `${homes}/barn/check`)).body.ok).toBe(true);
    await other.close();
    const check = await hub.ask('POST', `${homes}/barn/check`);
    expect(check.body).toMatchObject({ ok: false, fault: { code: 'CONNECTION_FAILED' } });
    const { status } = (await hub.ask('GET', `${homes}/barn`)).body;
    expect(status).toMatchObject({ state: 'offline', haVersion: '2026.11.0', fault: { code: 'CONNECTION_FAILED' } });
    await hub.ask('DELETE', `${homes}/barn`);
  });
});

describe('an import', () => {
  it('rehearses without storing, and predicts rows that depend on earlier rows', async () => {
    const rows = [
      { url: 'http://10.0.0.1:8123', token: 'a', name: 'One' },
      { url: 'http://10.0.0.1:8123/', token: 'b', name: 'One again' },
      { url: 'http://10.0.0.2:8123', token: 'c', slug: 'one' },
      { url: simulated.url, token: 'd' },
    ];
    const dry = await hub.ask('POST', `${homes}/import?dryRun=true`, rows);
    expect(dry.body.rows.map((row: { result: string }) => row.result)).toEqual([
      'created',
      'updated',
      'invalid',
      'updated',
    ]);
    expect((await hub.ask('GET', homes)).body.homes).toHaveLength(1);
  });

  it('gives each row of a table its own result, and a bad one never stops the others', async () => {
    const csv = [
      'URL;token;name;time_zone;tags',
      'http://10.0.0.1:8123;token-of-row-1;Ferienhaus Österreich;Europe/Vienna;alps rent',
      'nonsense;token-of-row-2;Bad;;',
      'http://10.0.0.2:8123;;No token;;',
      'http://10.0.0.3:8123;token-of-row-4',
      'http://10.0.0.1:8123;token-of-row-5;Renamed;;',
    ].join('\r\n');
    const done = await hub.ask('POST', `${homes}/import`, `\uFEFF${csv}\r\n`);
    expect(done.status).toBe(200);
    expect(done.body).toMatchObject({ created: 1, updated: 1, invalid: 3 });
    expect(done.body.rows).toMatchObject([
      { row: 1, result: 'created', home: 'ferienhaus-osterreich' },
      { row: 2, result: 'invalid', url: 'nonsense' },
      { row: 3, result: 'invalid', reason: expect.stringContaining('token') },
      { row: 4, result: 'invalid', reason: expect.stringContaining('2 cells') },
      { row: 5, result: 'updated', home: 'ferienhaus-osterreich' },
    ]);
    expect(done.text).not.toContain('token-of-row');
    expect((await hub.ask('GET', `${homes}/ferienhaus-osterreich`)).body).toMatchObject({
      name: 'Renamed',
      timeZone: 'Europe/Vienna',
      tags: ['alps', 'rent'],
    });
  });

  it('refuses a table without the columns it needs, one with unknown ones, and too many rows', async () => {
    for (const csv of ['name\nx', 'url,token,colour\na,b,c', 'url,token\n"open']) {
      const refused = await hub.ask('POST', `${homes}/import`, csv);
      expect(refused.status).toBe(400);
      expect(refused.body.error.suggestion).toContain('columns');
    }
    const many = Array.from({ length: 2_001 }, () => ({}));
    expect((await hub.ask('POST', `${homes}/import`, many)).body.error.message).toContain('2000');
  });
});
