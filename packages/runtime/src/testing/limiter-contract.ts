import { describe, expect, test } from 'vitest';
import type { Limiter, LimiterSettings } from '../limiter.ts';

export interface LimiterUnderTest {
  readonly limiter: Limiter;
  /** Lets this much time pass for the limiter. */
  advance(ms: number): Promise<void>;
}

/** The rules every limiter keeps. */
export function describeLimiter(name: string, create: (settings: LimiterSettings) => Promise<LimiterUnderTest>): void {
  const tenPerSecond = () => create({ points: 10, durationS: 1 });
  const takeMany = (limiter: Limiter, count: number, key = 'k') =>
    Array.from({ length: count }, () => limiter.take(key)).filter((permit) => permit.isAllowed).length;

  describe(name, () => {
    test('as many as there are points pass at once, and no more', async () => {
      const { limiter } = await tenPerSecond();
      expect(takeMany(limiter, 25)).toBe(10);
    });

    test('keys do not share points', async () => {
      const { limiter } = await tenPerSecond();
      takeMany(limiter, 25, 'a');
      expect(takeMany(limiter, 25, 'b')).toBe(10);
    });

    test('after the time a refusal names, the call passes', async () => {
      const { limiter, advance } = await tenPerSecond();
      takeMany(limiter, 10);
      const { isAllowed, retryAfterMs } = limiter.take('k');
      expect(isAllowed).toBe(false);
      expect(retryAfterMs).toBeGreaterThan(0);
      await advance(retryAfterMs);
      expect(limiter.take('k')).toEqual({ isAllowed: true, retryAfterMs: 0 });
    });

    test('a refused call costs nothing', async () => {
      const { limiter, advance } = await tenPerSecond();
      takeMany(limiter, 500);
      await advance(1_000);
      expect(takeMany(limiter, 25)).toBe(10);
    });

    test('a heavier call takes its cost, and one above all points never passes', async () => {
      const { limiter } = await tenPerSecond();
      expect(limiter.take('k', 8).isAllowed).toBe(true);
      expect(limiter.take('k', 3).isAllowed).toBe(false);
      expect(limiter.take('k', 2).isAllowed).toBe(true);
      expect(limiter.take('other', 11).isAllowed).toBe(false);
    });
  });
}
