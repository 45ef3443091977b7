import type { SocketCount } from '@hub/simulated-home/server.ts';
import { startChild } from './child.ts';
import type { HomesWanted, HomeToLink } from './simulated-homes-process.ts';

/** A home as design and figures take it: middle-sized, with things happening. */
export const USUAL_SIZE = { entities: 500, devices: 60, automations: 40, eventsPerSecond: 2 };
export const LARGE_SIZE = { entities: 6_000, devices: 700, automations: 200, eventsPerSecond: 20 };

export interface SimulatedHomes extends AsyncDisposable {
  readonly homes: readonly HomeToLink[];
  /** Counted where they end: at the homes. */
  sockets(): Promise<SocketCount>;
}

/** Homes in a process of their own, so that their memory and CPU are in no figure of the hub's. */
export async function startHomes(wanted: HomesWanted): Promise<SimulatedHomes> {
  const child = startChild(new URL('./simulated-homes-process.ts', import.meta.url));
  const homes = (await child.ask(wanted)) as readonly HomeToLink[];
  return {
    homes,
    sockets: async () => (await child.ask('sockets')) as SocketCount,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}
