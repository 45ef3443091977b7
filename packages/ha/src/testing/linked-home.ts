import {
  type SimulatedHome,
  type SimulatedHomeOptions,
  startSimulatedHome,
} from '@hub/simulated-home/simulated-home.ts';
import { onTestFinished } from 'vitest';
import { createDirectHome } from '../direct.ts';
import type { Home } from '../home.ts';

/** A simulated home and the link to it, until the test is over. */
export async function linkedHome(
  options: SimulatedHomeOptions = {},
): Promise<{ readonly simulated: SimulatedHome; readonly home: Home }> {
  const simulated = await startSimulatedHome(options);
  const home = createDirectHome({ id: 'h1', ...simulated, allowPrivateAddresses: true });
  onTestFinished(async () => {
    await home.close();
    await simulated.close();
  });
  await home.ready();
  return { simulated, home };
}
