import { expect, test } from 'vitest';
import { LEASE_MS, RENEW_EVERY_MS } from './lease.ts';
import { createStanding } from './standing.ts';

/** A standing and its clock, which looks as a replica does while it goes on. */
function standingAt() {
  let nowMs = 0;
  const standing = createStanding(() => nowMs);
  return {
    standing,
    goOn(forMs: number) {
      for (const until = nowMs + forMs; nowMs < until; ) {
        nowMs += RENEW_EVERY_MS;
        standing.look();
      }
    },
    standStill(forMs: number) {
      nowMs += forMs;
    },
    renew: () => standing.renewed(nowMs),
  };
}

test('a replica that is told by nobody that others reach the database goes on beyond its lease', () => {
  const { standing, goOn } = standingAt();
  goOn(10 * LEASE_MS);
  expect(standing.isGood()).toBe(true);
});

test('one that stood still beyond its lease goes on only once that is renewed: another may have its homes by now', () => {
  const { standing, goOn, standStill, renew } = standingAt();
  goOn(LEASE_MS);
  standStill(LEASE_MS + 1);
  expect(standing.isGood()).toBe(false);
  // One look for an attempt to renew its lease, one for the answers of others.
  expect([standing.look(), standing.isGood()]).toEqual(['nothing', false]);
  standStill(RENEW_EVERY_MS);
  expect([standing.look(), standing.isGood()]).toEqual(['ask others', false]);
  standStill(RENEW_EVERY_MS);
  expect([standing.look(), standing.isGood()]).toEqual(['let go', false]);
  renew();
  standStill(RENEW_EVERY_MS);
  expect([standing.look(), standing.isGood()]).toEqual(['nothing', true]);
});

test('one that others know to be alone acts for no home until it has renewed its lease', async () => {
  const { standing, goOn, renew } = standingAt();
  goOn(LEASE_MS);
  const told = standing.news();
  standing.cutOff();
  await told;
  goOn(LEASE_MS);
  expect(standing).toMatchObject({ isCutOff: true });
  expect(standing.isGood()).toBe(false);
  renew();
  expect(standing).toMatchObject({ isCutOff: false });
  expect(standing.isGood()).toBe(true);
});

test('after a time without the database it takes nothing from the silent until they had time to renew theirs', () => {
  const { standing, goOn, renew } = standingAt();
  expect(standing.isSteady()).toBe(false);
  for (let n = 0; n < LEASE_MS / RENEW_EVERY_MS; n++) {
    goOn(RENEW_EVERY_MS);
    renew();
  }
  expect(standing.isSteady()).toBe(true);
  goOn(LEASE_MS);
  renew();
  expect(standing.isSteady()).toBe(false);
  goOn(LEASE_MS);
  expect(standing.isSteady()).toBe(true);
});
