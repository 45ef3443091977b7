import type { Home } from '@hub/ha/home.ts';
import { linkedHome } from '@hub/ha/testing/linked-home.ts';
import { type CommunityStoreModel, createCommunityStoreModel } from '@hub/simulated-home/community-store-model.ts';
import type { SimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { beforeEach, expect, test } from 'vitest';
import { contextOf, stepOf } from '../testing/job-context.ts';
import { job } from './install.ts';

let store: CommunityStoreModel;
let simulated: SimulatedHome;
let home: Home;

beforeEach(async () => {
  store = createCommunityStoreModel('marketplace');
  ({ simulated, home } = await linkedHome({ communityStore: store }));
});

test('what is installed is what the store then shows', async () => {
  expect(await job.run({ repositoryId: '1001' }, contextOf(home))).toEqual({
    ...{
      repository_id: '1001',
      repository: 'someone/solar-forecast',
      category: 'integration',
      installed_version: '4.0.0',
    },
    health: expect.objectContaining({ verdict: 'not_worse', shows_wanted_version: true }),
  });
});

test('a download whose answer was lost is waited for, and not begun again', async () => {
  store.workMs = 500;
  const install = await stepOf(job, { repositoryId: '1002' }, home, 'install');
  const marker = await install.marker();
  const said = install.act(marker).catch((error: unknown) => error);
  await expect.poll(() => store.received).toContain('install');
  simulated.disconnectAll();
  expect(await said).toMatchObject({ outcomeUnknown: true });
  expect(await install.observe(marker)).toMatchObject({ is: 'done', result: { installed_version: '4.0.0' } });
  expect(store.received.filter((name) => name === 'install')).toHaveLength(1);
});

test('a repository that is not there is refused before anything is sent', async () => {
  await expect(job.run({ repositoryId: '9' }, contextOf(home))).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  expect(store.received).not.toContain('install');
});
