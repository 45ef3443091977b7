import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { realHome } from '../../real-home/launch.ts';
import { openSocket } from '../../real-home/onboard.ts';
import { openCountedDoor } from '../counted-door.ts';
import type { HomeAddress } from './homes-process.ts';
import { newNonce } from './nonce.ts';
import { type Arrivals, countNonces } from './verdict.ts';

/** A real Home Assistant in the chaos run, reached through a door that cuts its lines. */
export interface ChaosRealHome extends AsyncDisposable {
  readonly address: HomeAddress;
  cut(): void;
  /**
   * In Home Assistant's ordinary way: killed, it forgets the seconds that it had not yet written to its disk, and could not be
   * asked about them. One that was only given to the run stays up.
   */
  restart(): Promise<void>;
  /** How often each nonce is in its logbook, among its areas and among its backups. */
  remembered(): Promise<Arrivals>;
}

const named = z.array(z.object({ name: z.string().optional() }));
const config = z.object({ location_name: z.string() });
const backups = z.object({ backups: named });

/** Undefined where none can be started. @throws Error under REQUIRE_REAL=1 instead */
export async function startChaosRealHome(): Promise<ChaosRealHome | undefined> {
  await using open = new AsyncDisposableStack();
  const startedAt = new Date();
  const home = await realHome();
  if (!home) return undefined;
  open.use(home);
  const door = open.use(await openCountedDoor(home.url));
  using socket = await openSocket(home.url, home.token);
  const { location_name: name } = await socket.send('get_config', {}, config);
  const owned = open.move();
  return {
    address: { name, url: door.url, token: home.token },
    cut: door.cut,
    async restart() {
      if (home.way === 'given') return;
      await home.stop();
      await home.start();
    },
    async remembered() {
      using asked = await openSocket(home.url, home.token);
      const last = newNonce();
      const note = { domain: 'logbook', service: 'log', service_data: { name: last, message: 'was the last' } };
      await asked.send('call_service', note, z.unknown());
      const span = { start_time: startedAt.toISOString() };
      let notes = await asked.send('logbook/get_events', span, named);
      // Entries are written in their order and a little later: with the last one all are there.
      while (!notes.some((one) => one.name === last)) {
        await delay(200);
        notes = await asked.send('logbook/get_events', span, named);
      }
      const areas = await asked.send('config/area_registry/list', {}, named);
      const { backups: made } = await asked.send('backup/info', {}, backups);
      return countNonces([...notes, ...areas, ...made].map((one) => one.name).join('\n'));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
