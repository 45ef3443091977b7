import type { JobRecord } from '@hub/db/job-record.ts';
import { admitJob } from '@hub/gate/admit-job.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AdminHub, startAdminHub } from './testing/admin-hub.ts';

let hub: AdminHub;
let job: JobRecord;
beforeAll(async () => {
  hub = await startAdminHub();
  await hub.ask('POST', '/tenants', { name: 'Fjord', slug: 'fjord', owner: 'Anna' });
  const cabin = { url: 'http://127.0.0.1:9', token: 'x', name: 'Cabin', check: false };
  const { home } = (await hub.ask('POST', '/tenants/fjord/homes', cabin)).body;
  const { connector } = (await hub.ask('POST', '/tenants/fjord/connectors', { name: 'anna' })).body;
  const tenant = (await hub.ask('GET', '/tenants/fjord')).body;
  job = { tenantId: tenant.id, connectorId: connector.id, homeId: home.id } as JobRecord;
});
afterAll(() => hub[Symbol.asyncDispose]());

const code = () =>
  admitJob(hub.deps.storage.db, job).then(
    () => 'admitted',
    (error: { code: string }) => error.code,
  );

test('what the operator asked for at homes of a tenant that is suspended meanwhile does not run', async () => {
  const judged = () => admitJob(hub.deps.storage.db, { ...job, connectorId: undefined });
  await judged();
  await hub.ask('PATCH', '/tenants/fjord', { state: 'suspended' });
  await expect(judged()).rejects.toMatchObject({
    code: 'RESOURCE_LOCKED',
    suggestions: [expect.stringContaining('fjord')],
  });
  await hub.ask('PATCH', '/tenants/fjord', { state: 'active' });
  await judged();
});

test('a job whose effect lies above a ceiling that was lowered after its start does not run', async () => {
  const system = { ...job, effect: 'system' } as JobRecord;
  const judged = (of: JobRecord) =>
    admitJob(hub.deps.storage.db, of).then(
      () => 'admitted',
      (error: { code: string }) => error.code,
    );
  expect(await judged(system)).toBe('EFFECT_NOT_ALLOWED');
  await hub.ask('PATCH', '/tenants/fjord/connectors/anna', { ceiling: 'system' });
  expect(await judged(system)).toBe('admitted');
  await hub.ask('PATCH', '/tenants/fjord/homes/cabin', { ceiling: 'configure' });
  expect(await judged(system)).toBe('EFFECT_NOT_ALLOWED');
  await hub.ask('PATCH', '/tenants/fjord/homes/cabin', { ceiling: 'destroy' });
  await hub.ask('PATCH', '/tenants/fjord/connectors/anna', { ceiling: 'control' });
  expect(await judged(system)).toBe('EFFECT_NOT_ALLOWED');
});

test('a job is judged again when it is about to run: read-only by the connector or by its home, and no longer valid', async () => {
  expect(await code()).toBe('admitted');
  await hub.ask('PATCH', '/tenants/fjord/homes/cabin', { defaults: { readOnly: true } });
  expect(await code()).toBe('READ_ONLY_MODE');
  await hub.ask('PATCH', '/tenants/fjord/connectors/anna', { readOnly: false });
  expect(await code()).toBe('admitted');
  await hub.ask('PATCH', '/tenants/fjord/connectors/anna', { readOnly: true });
  expect(await code()).toBe('READ_ONLY_MODE');
  await hub.ask('POST', '/tenants/fjord/connectors/anna/revoke');
  expect(await code()).toBe('AUTH_EXPIRED');
});
