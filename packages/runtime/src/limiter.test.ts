import { expect, test } from 'vitest';
import { createMemoryLimiter } from './limiter.ts';
import { describeLimiter } from './testing/limiter-contract.ts';

describeLimiter('limiter in memory', async (settings) => {
  let time = 1_000;
  return {
    limiter: createMemoryLimiter({ ...settings, now: () => time }),
    advance: async (ms) => {
      time += ms;
    },
  };
});

test('the number of remembered keys is bounded, and those still limited are kept while idle ones can go', () => {
  let time = 0;
  const limiter = createMemoryLimiter({ points: 1, durationS: 1, maxKeys: 100, now: () => time });
  for (let n = 0; n < 99; n++) limiter.take(`idle-${n}`);
  time = 1_500;
  limiter.take('busy');
  for (let n = 0; n < 50; n++) limiter.take(`new-${n}`);
  expect(limiter.take('busy').isAllowed).toBe(false);
});
