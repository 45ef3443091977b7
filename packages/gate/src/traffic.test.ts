import { createMemoryLimiter } from '@hub/runtime/limiter.ts';
import { describe, expect, test } from 'vitest';
import { createTraffic } from './traffic.ts';

describe('traffic', () => {
  test('a connector over its rate is told when to come back, another is not disturbed', () => {
    let nowMs = 0;
    const traffic = createTraffic({
      limiter: createMemoryLimiter({ points: 2, durationS: 2, now: () => nowMs }),
      maxInFlight: 10,
    });
    traffic.enter('a')[Symbol.dispose]();
    traffic.enter('a')[Symbol.dispose]();
    expect(() => traffic.enter('a')).toThrowError(
      expect.objectContaining({ code: 'RATE_LIMITED', context: { retry_after_s: 1 } }),
    );
    expect(() => traffic.enter('b')).not.toThrow();
    nowMs = 1_000;
    expect(() => traffic.enter('a')).not.toThrow();
  });

  test('places are given back once, however often they are disposed', () => {
    const traffic = createTraffic({ limiter: createMemoryLimiter({ points: 100, durationS: 1 }), maxInFlight: 1 });
    const place = traffic.enter('a');
    expect(() => traffic.enter('a')).toThrowError(expect.objectContaining({ code: 'RATE_LIMITED' }));
    place[Symbol.dispose]();
    place[Symbol.dispose]();
    expect(traffic.inFlight).toBe(0);
    traffic.enter('a');
    expect(() => traffic.enter('a')).toThrow();
  });
});
