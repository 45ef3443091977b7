/** Simulated homes for the chaos run, in a process of their own that nothing kills. Each nonce they are asked to act on goes to a file. */
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startSimulatedHomes } from '@hub/simulated-home/simulated-homes.ts';
import { NONCE } from './nonce.ts';

export type HomesOrder =
  | { readonly start: { readonly count: number; readonly journal: string } }
  /** Cuts every line. */
  | { readonly cut: true }
  /** Silent for so long, as while Home Assistant restarts. */
  | { readonly restart: number };

export interface HomeAddress {
  readonly name: string;
  readonly url: string;
  readonly token: string;
}

const SIZE = { entities: 40, devices: 8, automations: 2, eventsPerSecond: 1 };

let homes: Awaited<ReturnType<typeof startSimulatedHomes>> | undefined;

process.on('disconnect', () => process.exit());
process.on('message', async (order: HomesOrder) => {
  if ('start' in order) {
    const { count, journal } = order.start;
    homes = await startSimulatedHomes(count, SIZE, {
      host: '0.0.0.0',
      heard(home, message) {
        for (const [nonce] of JSON.stringify(message).matchAll(NONCE)) appendFileSync(journal, `${nonce} ${home}\n`);
      },
    });
    const { port } = new URL(homes.url);
    const addresses = Array.from({ length: count }, (_, number): HomeAddress => {
      const { name, token } = homes?.address(number) ?? { name: '', token: '' };
      // One home is one address for the hub: each gets a loopback address of its own.
      return { name, token, url: `http://127.0.${Math.floor(number / 250)}.${(number % 250) + 1}:${port}` };
    });
    process.send?.(addresses);
  } else if ('cut' in order) homes?.disconnectAll();
  else {
    homes?.misbehave({ hang: true });
    homes?.disconnectAll();
    await delay(order.restart);
    homes?.misbehave({});
  }
});
