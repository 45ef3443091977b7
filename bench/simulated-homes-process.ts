/** Simulated homes for the bench: told over IPC how many and how large, answers with their addresses. */
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
process.on('message', async ({ count, size }: HomesWanted) => {
  // One home is one address for the hub: each gets a loopback address of its own, which only a listener on all of them hears.
  const homes = await startSimulatedHomes(count, size, { host: count === 1 ? '127.0.0.1' : '0.0.0.0' });
  const { port } = new URL(homes.url);
  const addresses = Array.from({ length: count }, (_, number): HomeToLink => {
    const { name, token, instanceId } = homes.address(number);
    const host = `127.0.${Math.floor(number / 250)}.${(number % 250) + 1}`;
    return { name, token, instanceId, url: `http://${host}:${port}` };
  });
  process.send?.(addresses);
});
