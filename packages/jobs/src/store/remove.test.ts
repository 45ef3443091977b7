import type { Home } from '@hub/ha/home.ts';
import { linkedHome } from '@hub/ha/testing/linked-home.ts';
import { type CommunityStoreModel, createCommunityStoreModel } from '@hub/simulated-home/community-store-model.ts';
import type { SimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { beforeEach, expect, test } from 'vitest';
import { contextOf, stepOf } from '../testing/job-context.ts';
import { job } from './remove.ts';

const CARDS = { repositoryId: '1002' };

let store: CommunityStoreModel;
let simulated: SimulatedHome;
let home: Home;

beforeEach(async () => {
  store = createCommunityStoreModel('hacs');
  ({ simulated, home } = await linkedHome({ communityStore: store }));
});

const sent = () => store.received.filter((name) => name === 'uninstall').length;

test('what is removed is no longer installed in the store', async () => {
  expect(await job.run(CARDS, contextOf(home))).toEqual({
    ...{ repository_id: '1002', repository: 'someone/mushroom-cards', category: 'plugin' },
  });
  expect(store.repositories.get('1002')?.installed).toBe(false);
});

test('what is not installed, or not in the store, is refused before anything is sent', async () => {
  for (const repositoryId of ['1001', '9'])
    await expect(job.run({ repositoryId }, contextOf(home))).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  expect(sent()).toBe(0);
});

test('a removal whose answer was lost is waited for, and not sent again', async () => {
  store.workMs = 500;
  const remove = await stepOf(job, CARDS, home);
  const marker = await remove.marker();
  const said = remove.act(marker).catch((error: unknown) => error);
  await expect.poll(sent).toBe(1);
  simulated.disconnectAll();
  expect(await said).toMatchObject({ outcomeUnknown: true });
  expect(await remove.observe(marker)).toMatchObject({ is: 'done', result: { repository_id: '1002' } });
  expect(sent()).toBe(1);
});

test('an attempt after one that removed it finds it gone, and sends nothing', async () => {
  const remove = await stepOf(job, CARDS, home);
  const marker = await remove.marker();
  await job.run(CARDS, contextOf(home));
  expect(await remove.act(marker)).toMatchObject({ repository: 'someone/mushroom-cards' });
  expect(sent()).toBe(1);
});
