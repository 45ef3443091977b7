import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { registerHome } from '@hub/db/homes.ts';
import { findTenant } from '@hub/db/tenants.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { runHere } from '../testing/run-cli.ts';

let hub: AdminHub;
let slug: string;
beforeAll(async () => {
  // Looked at once, and by itself not again within a day.
  hub = await startAdminHub({ SWEEP_MINUTES: '1440' });
});
afterAll(() => hub[Symbol.asyncDispose]());
beforeEach(async () => {
  slug = `fjord-${Math.random().toString(36).slice(2, 10)}`;
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug, owner: 'Anna' });
});

async function add(name: string, url: string, token: string): Promise<void> {
  const { db, vault } = hub.database;
  const tenantId = (await findTenant(db, slug))?.id ?? '';
  await registerHome(db, vault, tenantId, { slug: name, name, link: { url, token } }, SYSTEM_ACTOR);
}
async function run(...words: string[]) {
  const env = { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key };
  const { code, stdout, stderr } = await runHere([...words, '--tenant', slug, '--json'], { env });
  return { code, stderr, answer: stdout === '' ? undefined : JSON.parse(stdout) };
}
const states = async () =>
  Object.fromEntries(
    (await run('fleet', 'status')).answer.homes.map((one: { slug: string; state?: string }) => [one.slug, one.state]),
  );

test('homes are looked at now, and what became of one since its last look is seen', async () => {
  const [cabin, flat] = [await startSimulatedHome({ name: 'Cabin' }), await startSimulatedHome({ name: 'Flat' })];
  await add('cabin', cabin.url, cabin.token);
  await add('flat', flat.url, flat.token);
  expect(await run('fleet', 'sweep')).toMatchObject({
    ...{ code: 0, stderr: expect.stringContaining('100 % 2 of 2 homes looked at') },
    answer: { kind: 'health.sweep', state: 'done', result: { looked_at: 2, running: 2, away: 0, not_looked_at: 0 } },
  });
  expect(await states()).toEqual({ cabin: 'running', flat: 'running' });
  await cabin.close();
  const some = await run('fleet', 'sweep', '--home', 'cabin');
  expect(some).toMatchObject({ code: 0, answer: { result: { looked_at: 1, running: 0, away: 1 } } });
  expect(some.answer.result.homes_away).toEqual([{ home: 'cabin', state: 'offline' }]);
  expect(await states()).toEqual({ cabin: 'offline', flat: 'running' });
  await flat.close();
}, 60_000);

test('no home that fits is no job, and the homes of a suspended tenant are left alone', async () => {
  expect(await run('fleet', 'sweep')).toMatchObject({ code: 1, stderr: expect.stringContaining('No home fits') });
  await add('cabin', 'http://127.0.0.1:9', 'x');
  await hub.ask('PATCH', `/tenants/${slug}`, { state: 'suspended' });
  const refused = await run('fleet', 'sweep');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining(`hub tenants set ${slug} --state active`) });
});

test('filters in the body are refused, as all homes would be looked at; so is a body where none is taken', async () => {
  await add('cabin', 'http://127.0.0.1:9', 'x');
  const ask = (path: string, body?: object) => hub.ask('POST', `/tenants/${slug}/${path}`, body);
  expect(await ask('fleet/sweep', { tags: 'a' })).toMatchObject({
    ...{ status: 400, text: expect.stringContaining('filters go in the query, such as ?tag=north') },
  });
  for (const path of ['audit/seal', 'retention']) {
    expect(await ask(path, { tags: 'a' })).toMatchObject({
      status: 400,
      text: expect.stringContaining('whole tenant'),
    });
  }
  const { body } = await hub.ask('GET', `/tenants/${slug}/jobs`);
  expect(body.jobs.filter(({ actor }: { actor: { kind: string } }) => actor.kind === 'operator')).toEqual([]);
  for (const path of ['audit/seal', 'retention', 'fleet/sweep']) expect((await ask(path)).status).toBe(202);
});

test('a state there is not is refused with those there are', async () => {
  const there = /running, starting, offline, reauth_required, banned, unknown/;
  for (const what of ['status', 'sweep']) {
    const typed = await run('fleet', what, '--state', 'nonsense');
    expect(typed).toMatchObject({ code: 2, stderr: expect.stringMatching(there) });
  }
  for (const [method, path] of [
    ['GET', 'fleet'],
    ['POST', 'fleet/sweep'],
  ] as const) {
    const refused = await hub.ask(method, `/tenants/${slug}/${path}?state=nonsense`);
    expect(refused).toMatchObject({ status: 400, text: expect.stringMatching(there) });
  }
});
