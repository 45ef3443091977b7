import { createDirectHome } from '@hub/ha/direct.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { expect, onTestFinished, test } from 'vitest';
import { stepOf } from '../testing/job-context.ts';
import { job } from './restart.ts';

test('states older than the restart leave it open whether there was one', async () => {
  const simulated = await startSimulatedHome();
  onTestFinished(() => simulated.close());
  const home = createDirectHome({ id: 'h1', ...simulated, allowPrivateAddresses: true });
  onTestFinished(() => home.close());
  await home.ready();
  const restart = await stepOf(job, {}, home);
  const marker = await restart.marker();
  expect(await restart.observe(marker)).toEqual({ is: 'unknown' });
  expect(await restart.observe({ newestMs: 0 })).toMatchObject({ is: 'done' });
});
