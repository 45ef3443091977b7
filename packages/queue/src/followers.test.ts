import { expect, test } from 'vitest';
import { createFollowers } from './followers.ts';

test('a wake ends the wait of everybody who follows that job, and of nobody else', async () => {
  const followers = createFollowers();
  using a = followers.add('one');
  using b = followers.add('one');
  using other = followers.add('two');
  const waits = [a.next(60_000), b.next(60_000), other.next(0)];
  followers.wake('one');
  expect(await Promise.all(waits)).toEqual([true, true, false]);
});

test('a wake between looking and waiting is not missed', async () => {
  const followers = createFollowers();
  using follower = followers.add('one');
  followers.wake('one');
  expect(await follower.next(60_000)).toBe(true);
  expect(await follower.next(0)).toBe(false);
});

test('an aborted wait ends with the reason of its signal', async () => {
  const followers = createFollowers();
  using follower = followers.add('one');
  const controller = new AbortController();
  const wait = follower.next(60_000, controller.signal);
  controller.abort(new Error('the client left'));
  await expect(wait).rejects.toThrow('the client left');
});

test('only jobs somebody waits for are listed', () => {
  const followers = createFollowers();
  const first = followers.add('one');
  const second = followers.add('one');
  first[Symbol.dispose]();
  expect(followers.ids()).toEqual(['one']);
  second[Symbol.dispose]();
  expect(followers.ids()).toEqual([]);
});
