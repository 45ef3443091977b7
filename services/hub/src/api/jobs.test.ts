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

  it('is cancelled, after which it does not run', async () => {
    const { body: home } = await hub.ask('GET', `${tenant}/homes/cabin`);
    const { job } = await hub.deps.queue.enqueue({
      tenantId: (await hub.ask('GET', tenant)).body.id,
      homeId: home.id,
      kind: 'backup.create',
      args: {},
      actor: { kind: 'operator' },
      runAt: new Date(Date.now() + 3_600_000),
    });
    const cancelled = await hub.ask('POST', `${tenant}/jobs/${job.id}/cancel`);
    expect(cancelled.body).toMatchObject({ state: 'cancelled' });
    expect((await hub.ask('POST', `${tenant}/jobs/${home.id}/cancel`)).status).toBe(404);
  });
});
