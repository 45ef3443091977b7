import { once } from 'node:events';
import { expect, test } from 'vitest';
import { callSignal } from './call-signal.ts';

test('a client that goes away aborts the call with its own reason', () => {
  const client = new AbortController();
  using call = callSignal(client.signal, 60_000);
  client.abort(new Error('gone'));
  expect(call.signal.reason).toEqual(new Error('gone'));
  expect(call.isLate).toBe(false);
});

test('a client that is gone already aborts at once', () => {
  using call = callSignal(AbortSignal.abort(), 60_000);
  expect(call.signal.aborted).toBe(true);
});

test('the deadline aborts a call and is told apart from the client', async () => {
  using call = callSignal(new AbortController().signal, 1);
  // The timer alone keeps no process alive, so something else has to.
  const alive = setInterval(() => undefined, 1_000);
  await once(call.signal, 'abort');
  clearInterval(alive);
  expect(call.isLate).toBe(true);
});

test('a call that has ended hears its client no more', () => {
  const client = new AbortController();
  const call = callSignal(client.signal, 60_000);
  call[Symbol.dispose]();
  client.abort();
  expect(call.signal.aborted).toBe(false);
});
