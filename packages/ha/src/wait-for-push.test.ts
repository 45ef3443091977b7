import { Fault } from '@hub/core/fault.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDirectHome } from './direct.ts';
import type { Home } from './home.ts';
import { labelRegistry } from './registries.ts';
import { waitForPush } from './wait-for-push.ts';

const NEWS = { type: 'subscribe_events', event_type: 'label_registry_updated' };
const LONG = { deadlineMs: 10_000 };
const never = async () => false;
const names = async () => new Set((await home.send({ type: 'config/label_registry/list' })) as unknown[]);

let simulated: Awaited<ReturnType<typeof startSimulatedHome>>;
let home: Home;
beforeAll(async () => {
  simulated = await startSimulatedHome();
  const { url, token } = simulated;
  home = createDirectHome({ id: 'h', url, token, allowPrivateAddresses: true });
  await home.ready();
});
afterAll(async () => {
  await home.close();
  await simulated.close();
});

test('what is there already needs no news, what is not comes with them', async () => {
  expect(await waitForPush(home, { type: 'no_such_command' }, async () => true, LONG)).toBe(true);
  const first = Promise.withResolvers<void>();
  const { size } = await names();
  const waiting = waitForPush(
    home,
    NEWS,
    async () => {
      const { size: now } = await names();
      first.resolve();
      return now > size;
    },
    LONG,
  );
  await first.promise;
  await labelRegistry.create(home, { name: 'Push' });
  expect(await waiting).toBe(true);
});

test('gives up when time is up, the signal aborts, the home does not know the command, or looking fails', async () => {
  expect(await waitForPush(home, NEWS, never, { deadlineMs: 1 })).toBe(false);
  expect(await waitForPush(home, NEWS, never, { ...LONG, signal: AbortSignal.abort() })).toBe(false);
  expect(await waitForPush(home, { type: 'no_such_command' }, never, LONG)).toBe(false);
  const fails = () => Promise.reject(new Fault('CONNECTION_FAILED', 'broken'));
  expect(await waitForPush(home, NEWS, fails, LONG)).toBe(false);
});

test('a bug reaches the top', async () => {
  const bug = () => Promise.reject(new TypeError('a bug'));
  await expect(waitForPush(home, NEWS, bug, LONG)).rejects.toThrow('a bug');
});
