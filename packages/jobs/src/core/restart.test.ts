import { linkedHome } from '@hub/ha/testing/linked-home.ts';
import { expect, test } from 'vitest';
import { stepOf } from '../testing/job-context.ts';
import { job } from './restart.ts';

test('states older than the restart leave it open whether there was one', async () => {
  const { home } = await linkedHome();
  const restart = await stepOf(job, {}, home);
  const marker = await restart.marker();
  expect(await restart.observe(marker)).toEqual({ is: 'unknown' });
  expect(await restart.observe({ newestMs: 0 })).toMatchObject({ is: 'done' });
});
