/** Simulated homes for the bench: told over IPC how many and how large, answers with their addresses; later with a count of its sockets. */
import { startSimulatedHomes } from '@hub/simulated-home/simulated-homes.ts';
import type { HomeSize } from '@hub/simulated-home/sized-scenario.ts';

export interface HomesWanted {
  readonly count: number;
  readonly size: HomeSize;
}

export interface HomeToLink {
  readonly name: string;
  readonly url: string;
  readonly token: string;
  readonly instanceId: string;
}

process.on('disconnect', () => process.exit());
let homes: Awaited<ReturnType<typeof startSimulatedHomes>> | undefined;

process.on('message', async (asked: HomesWanted | 'sockets') => {
  if (asked === 'sockets') return void process.send?.(homes?.sockets());
  const { count, size } = asked;
  // One home is one address for the hub: each gets a loopback address of its own, which only a listener on all of them hears.
  const started = await startSimulatedHomes(count, size, { host: count === 1 ? '127.0.0.1' : '0.0.0.0' });
  homes = started;
  const { port } = new URL(started.url);
  const addresses = Array.from({ length: count }, (_, number): HomeToLink => {
    const { name, token, instanceId } = started.address(number);
    const host = `127.0.${Math.floor(number / 250)}.${(number % 250) + 1}`;
    return { name, token, instanceId, url: `http://${host}:${port}` };
  });
  process.send?.(addresses);
});
