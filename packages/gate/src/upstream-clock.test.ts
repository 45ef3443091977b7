import type { Home } from '@hub/ha/home.ts';
import { viewOf } from '@hub/ha/testing/view-of.ts';
import { expect, test } from 'vitest';
import { timedHome, withUpstreamClock } from './upstream-clock.ts';

const answering = (answer: Promise<unknown>): Home => viewOf({ answer: () => answer });

test('overlapping waits count once, and each call reaches the metric', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const calls: string[] = [];
  const home = timedHome(
    answering(promise),
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
  const home = timedHome(answering(Promise.reject(new Error('gone'))), ({ outcome }) => void calls.push(outcome));
  await expect(home.send({ type: 'a' })).rejects.toThrow('gone');
  expect(calls).toEqual(['refused']);
});
