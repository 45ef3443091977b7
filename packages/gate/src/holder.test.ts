import { Fault } from '@hub/core/fault.ts';
import { createDirectHome, type DirectHomeOptions } from '@hub/ha/direct.ts';
import type { Home } from '@hub/ha/home.ts';
import { expect, test } from 'vitest';
import { createHolder } from './holder.ts';

const linkOf = (url: string): DirectHomeOptions => ({ id: 'h', url, token: 't', allowPrivateAddresses: true });

function holding(readLink: () => Promise<DirectHomeOptions>, elsewhere?: Home) {
  return createHolder({
    ...{ readLink, onState: () => undefined, onCall: () => undefined, mirrorBudgetBytes: 1e9 },
    openElsewhere: async () => elsewhere,
  });
}

test('a home whose settings change while it opens is opened with the new ones, and only those are kept', async () => {
  const old = Promise.withResolvers<DirectHomeOptions>();
  const links = [old.promise, Promise.resolve(linkOf('http://new.example'))];
  const holder = holding(() => links.shift() ?? Promise.reject(new Error('read too often')));
  const waiting = holder.hold('t', 'h');
  const released = holder.release('h');
  old.resolve(linkOf('http://old.example'));
  await released;
  expect((await waiting).home.info.baseUrl).toBe('http://new.example');
  expect((await holder.hold('t', 'h')).home.info.baseUrl).toBe('http://new.example');
  expect(holder.held()).toHaveLength(1);
  await holder.close();
});

test('a home whose link another replica has is in use here and not held', async () => {
  const notRead = () => Promise.reject(new Error('the link is elsewhere'));
  const holder = holding(notRead, createDirectHome(linkOf('http://elsewhere.example')));
  expect((await holder.hold('t', 'h')).home.id).toBe('h');
  expect([holder.held().length, holder.mirrors().length]).toEqual([0, 1]);
  await holder.close();
});

test('a link that could not be read is read again by the next call', async () => {
  const answers = [
    Promise.reject(new Fault('STORAGE_UNAVAILABLE', 'away')),
    Promise.resolve(linkOf('http://a.example')),
  ];
  const holder = holding(() => answers.shift() ?? Promise.reject(new Error('read too often')));
  await expect(holder.hold('t', 'h')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  expect((await holder.hold('t', 'h')).home.info.baseUrl).toBe('http://a.example');
  await holder.close();
});
