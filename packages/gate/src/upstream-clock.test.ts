import type { Home } from '@hub/ha/home.ts';
import { expect, test } from 'vitest';
import { timedHome, withUpstreamClock } from './upstream-clock.ts';

const fakeHome = (answer: Promise<unknown>): Home => ({
  id: 'h',
  info: {
    state: 'running',
    haVersion: '2026.11.0',
    isAdmin: true,
    components: new Set(),
    timeZone: 'UTC',
    locationName: 'h',
    baseUrl: '',
    isSimulated: false,
  },
  send: () => answer,
  subscribe: () => Promise.reject(new Error('not here')),
  rest: () => Promise.reject(new Error('not here')),
  supervisor: () => Promise.reject(new Error('not here')),
  ready: async () => {},
  close: async () => {},
});

test('overlapping waits count once, and each call reaches the metric', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const calls: string[] = [];
  const home = timedHome(
    fakeHome(promise),
    ({ transport, opClass, outcome, durationMs }) =>
      void calls.push(`${transport} ${opClass} ${outcome} ${durationMs >= 0}`),
  );
  const started = performance.now();
  const running = withUpstreamClock(() =>
    Promise.all([home.send({ type: 'get_states' }), home.send({ type: 'call_service' })]),
  );
  resolve(1);
  const { value, upstreamMs } = await running;
  expect(value).toEqual([1, 1]);
  expect(calls).toEqual(['ws read ok true', 'ws service ok true']);
  expect(upstreamMs).toBeLessThanOrEqual(performance.now() - started);
});

test('a failed call is counted as failed and its error passes untouched', async () => {
  const calls: string[] = [];
  const home = timedHome(fakeHome(Promise.reject(new Error('gone'))), ({ outcome }) => void calls.push(outcome));
  await expect(home.send({ type: 'a' })).rejects.toThrow('gone');
  expect(calls).toEqual(['refused']);
});
