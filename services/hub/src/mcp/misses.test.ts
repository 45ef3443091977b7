import { RateLimiterMemory } from 'rate-limiter-flexible';
import { describe, expect, it } from 'vitest';
import { missGuard } from './misses.ts';

const guard = () => missGuard(new RateLimiterMemory({ points: 2, duration: 60 }));

describe('missGuard', () => {
  it('makes an address wait after too many wrong secrets, and only that address', async () => {
    const misses = guard();
    await misses.miss('192.0.2.1');
    expect(await misses.blockedFor('192.0.2.1', 'x')).toBeUndefined();
    await misses.miss('192.0.2.1');
    await misses.miss('192.0.2.1');
    expect(await misses.blockedFor('192.0.2.1', 'x')).toBeGreaterThan(0);
    expect(await misses.blockedFor('192.0.2.2', 'x')).toBeUndefined();
  });

  it('never stops a credential that worked lately', async () => {
    const misses = guard();
    misses.hit('good');
    for (let n = 0; n < 3; n++) await misses.miss('192.0.2.1');
    expect(await misses.blockedFor('192.0.2.1', 'good')).toBeUndefined();
  });

  it('counts a whole IPv6 network as one address', async () => {
    const misses = guard();
    await misses.miss('2001:db8:0:1::1');
    await misses.miss('2001:db8::1:aaaa:bbbb:cccc:dddd');
    expect(await misses.blockedFor('2001:db8:0:1:ffff::', 'x')).toBeGreaterThan(0);
    expect(await misses.blockedFor('2001:db8:0:2::1', 'x')).toBeUndefined();
    await misses.miss('::ffff:192.0.2.7');
    await misses.miss('192.0.2.7');
    expect(await misses.blockedFor('::ffff:192.0.2.7', 'x')).toBeGreaterThan(0);
  });
});
