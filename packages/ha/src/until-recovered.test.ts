import type { SimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { beforeEach, expect, test } from 'vitest';
import type { Home } from './home.ts';
import { linkedHome } from './testing/linked-home.ts';
import { untilRecovered } from './until-recovered.ts';
import { readVitals } from './vitals.ts';

const IDS = ['light.living_room_ceiling', 'light.living_room_floor_lamp'];
const never = new AbortController().signal;

let simulated: SimulatedHome;
let home: Home;

beforeEach(async () => {
  ({ simulated, home } = await linkedHome());
  for (const id of IDS) simulated.pushState(id, 'unavailable');
});

const wait = (deadlineMs: number, signal = never) =>
  untilRecovered(home, { unavailable: IDS, failed: [] }, { deadlineMs, signal });

test('all of them have to come back, over a lost link as well', async () => {
  expect((await readVitals(home)).unavailable).toEqual(expect.arrayContaining(IDS));
  const opened = Promise.withResolvers<void>();
  const opening: Home = {
    ...home,
    info: home.info,
    subscribe: (...wanted) => home.subscribe(...wanted).finally(opened.resolve),
  };
  const recovered = untilRecovered(opening, { unavailable: IDS, failed: [] }, { deadlineMs: 30_000, signal: never });
  await opened.promise;
  simulated.pushState('light.living_room_ceiling', 'on');
  simulated.disconnectAll();
  simulated.pushState('light.living_room_floor_lamp', 'off');
  await home.ready();
  expect(await recovered).toBe(true);
  expect((await readVitals(home)).unavailable).not.toEqual(expect.arrayContaining(IDS));
});

test('time that is up, and a signal, end the wait', async () => {
  expect(await wait(1)).toBe(false);
  const stop = new AbortController();
  const waiting = wait(30_000, stop.signal);
  stop.abort();
  expect(await waiting).toBe(false);
});

test('an integration is waited for by its events', async () => {
  let state = 'setup_retry';
  const told = Promise.withResolvers<(event: unknown) => void>();
  const retrying: Home = {
    ...home,
    info: home.info,
    send: async (command, options) =>
      command.type === 'config_entries/get'
        ? [{ entry_id: 'e1', domain: 'hue', title: 'Hue', state }]
        : home.send(command, options),
    async subscribe(_command, onEvent) {
      told.resolve(onEvent);
      return { close: async () => undefined };
    },
  };
  const absent = { unavailable: [], failed: [{ entryId: 'e1', domain: 'hue' }] };
  expect((await readVitals(retrying)).failed).toEqual(absent.failed);
  const recovered = untilRecovered(retrying, absent, { deadlineMs: 30_000, signal: never });
  const tell = await told.promise;
  state = 'loaded';
  tell([{ type: 'updated' }]);
  expect(await recovered).toBe(true);
});
