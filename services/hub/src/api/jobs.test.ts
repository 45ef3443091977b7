import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';

let hub: AdminHub;
let simulated: SimulatedHome;
beforeAll(async () => {
  hub = await startAdminHub();
  simulated = await startSimulatedHome({ name: 'Cabin', token: 'right-token-of-the-cabin' });
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord' });
  await hub.ask('POST', '/tenants/fjord/homes', { url: simulated.url, token: simulated.token });
});
afterAll(async () => {
  await simulated.close();
  await hub[Symbol.asyncDispose]();
});

const tenant = '/tenants/fjord';
const newBackup = async (body?: object) => hub.ask('POST', `${tenant}/homes/cabin/backups`, body);

const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

/** The events of a stream that ends by itself. */
function eventsOf(text: string): readonly { event: string; data: Record<string, unknown> }[] {
  return [...text.matchAll(/^event: (\w+)\ndata: (.+)$/gm)].map(([, event = '', data = '']) => ({
    event,
    data: JSON.parse(data),
  }));
}

describe('a backup', () => {
  it('is a job that is followed from its start to its end', async () => {
    const started = await newBackup({ name: 'Before winter' });
    expect(started).toMatchObject({
      status: 202,
      body: { isNew: true, job: { kind: 'backup.create', home: 'cabin' } },
    });
    const { id } = started.body.job;
    const stream = await hub.ask('GET', `${tenant}/jobs/${id}/events`);
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const events = eventsOf(stream.text);
    expect(events.at(-1)).toMatchObject({ event: 'end', data: { id, state: 'done', home: 'cabin' } });
    expect(events.filter(({ event }) => event === 'end')).toHaveLength(1);
    const job = (await hub.ask('GET', `${tenant}/jobs/${id}`)).body;
    expect(job).toMatchObject({ state: 'done', actor: { kind: 'operator' }, result: { name: 'Before winter' } });
    const again = eventsOf((await hub.ask('GET', `${tenant}/jobs/${id}/events`)).text);
    expect(again.map(({ event }) => event)).toEqual(['end']);
  });

  it('needs no body, and is listed by state and home', async () => {
    const { id } = (await newBackup()).body.job;
    await hub.ask('GET', `${tenant}/jobs/${id}/events`);
    const { jobs } = (await hub.ask('GET', `${tenant}/jobs?state=done&home=cabin&limit=1`)).body;
    expect(jobs).toMatchObject([{ id, home: 'cabin' }]);
    expect((await hub.ask('GET', `${tenant}/jobs?state=failed`)).body.jobs).toEqual([]);
  });

  it('for later begins then and not before, and keeps none from beginning now', async () => {
    const notBefore = inMs(3_000);
    const later = (await newBackup({ name: 'Later', notBefore })).body.job;
    expect(later).toMatchObject({ state: 'queued', beginsAt: notBefore });
    expect((await newBackup({ name: 'Later', notBefore })).body).toMatchObject({ isNew: false, job: { id: later.id } });
    const now = (await newBackup({ name: 'Now' })).body;
    expect(now.isNew).toBe(true);
    expect(now.job).not.toHaveProperty('beginsAt');
    const ended = async (id: string) => eventsOf((await hub.ask('GET', `${tenant}/jobs/${id}/events`)).text).at(-1);
    const [first, second] = [await ended(now.job.id), await ended(later.id)];
    expect(first).toMatchObject({ data: { state: 'done', result: { name: 'Now' } } });
    expect(second).toMatchObject({ data: { state: 'done', result: { name: 'Later' } } });
    expect(Date.parse(String(second?.data['startedAt']))).toBeGreaterThanOrEqual(Date.parse(notBefore));
    expect(second?.data).not.toHaveProperty('beginsAt');
  }, 30_000);

  it.each([
    ['in the past', () => inMs(-120_000)],
    ['more than 30 days away', () => inMs(31 * 86_400_000)],
    ['with its offset', () => '2026-12-01T02:30:00'],
  ])('for a moment that is not %s is refused', async (why, moment) => {
    expect(await newBackup({ notBefore: moment() })).toMatchObject({ status: 400, text: expect.stringContaining(why) });
  });

  it.each([
    ['with an offset that no clock has', '2026-12-01T02:30:00+99:00'],
    ['of endless digits', () => inMs(3_600_000).replace('Z', `${'0'.repeat(100)}Z`)],
    ['in words', 'tonight'],
  ])('for a moment %s hears of one thing that is wrong with it', async (_how, moment) => {
    const notBefore = typeof moment === 'string' ? moment : moment();
    const why = 'wants a moment with its offset';
    const { status, body } = await newBackup({ notBefore });
    expect([status, body.error.message.split('; ')]).toEqual([400, [expect.stringContaining(why)]]);
  });

  it('for later with other arguments is another one', async () => {
    const notBefore = inMs(3_600_000);
    const plain = (await newBackup({ notBefore })).body;
    const other = (await newBackup({ notBefore, name: 'Other', includeDatabase: false })).body;
    expect([other.isNew, other.job.id === plain.job.id]).toEqual([true, false]);
    for (const { job } of [plain, other]) await hub.ask('POST', `${tenant}/jobs/${job.id}/cancel`);
  });

  it('for a moment that came on the way here begins at once', async () => {
    const { job } = (await newBackup({ notBefore: inMs(-30_000) })).body;
    expect(job).not.toHaveProperty('beginsAt');
    await hub.ask('POST', `${tenant}/jobs/${job.id}/cancel`);
    await hub.ask('GET', `${tenant}/jobs/${job.id}/events`);
  });

  it('is cancelled before it begins, after which it does not run', async () => {
    const { job } = (await newBackup({ notBefore: inMs(3_600_000) })).body;
    const cancelled = await hub.ask('POST', `${tenant}/jobs/${job.id}/cancel`);
    expect(cancelled.body).toMatchObject({ state: 'cancelled' });
    expect(cancelled.body).not.toHaveProperty('beginsAt');
    const { body: home } = await hub.ask('GET', `${tenant}/homes/cabin`);
    expect((await hub.ask('POST', `${tenant}/jobs/${home.id}/cancel`)).status).toBe(404);
  });
});
