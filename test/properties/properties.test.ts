import { tools as registry } from '@hub/tools/registry.gen.ts';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { complaint } from './complaint.ts';
import { fitting } from './fitting.ts';
import { openToolsAtHomes, type ToolsAtHomes } from './tools-at-homes.ts';

/** A failure names its seed; a tool's counterexample can be had again with `-t TOOL` and that seed. */
const { PROPERTY_SEED = '1', PROPERTY_RUNS, REQUIRE_REAL } = process.env;
const SEED = Number(PROPERTY_SEED);
const RUNS = Number(PROPERTY_RUNS ?? (REQUIRE_REAL === '1' ? 100 : 20));
/** Two calls may wait for a home; none of these waits for long. */
const ANSWERED_MS = 40_000;

let at: ToolsAtHomes;
let registriesBefore: unknown;

beforeAll(async () => {
  at = await openToolsAtHomes();
  registriesBefore = await at.calmRegistries();
});
afterAll(() => at?.[Symbol.asyncDispose]());

describe('arguments that fit the schema', () => {
  it.for(registry.map(({ name }) => name))(
    '%s answers them with a documented result or error, and another home goes on',
    { timeout: 600_000, concurrent: true },
    async (name, { expect: expected }) => {
      const watched = at.watched(name);
      const property = fc.asyncProperty(fitting(at.schema(name), await at.known(name)), async (args) => {
        const startedAt = performance.now();
        const [answer, calm] = await Promise.all([at.call(name, args), at.readCalm()]);
        const tookMs = performance.now() - startedAt;
        const wrong = complaint(answer);
        const troubles = watched.misfits.splice(0).map((one) => `an answer that does not fit: ${one}`);
        if (wrong !== undefined) troubles.push(wrong, watched.thrown ?? '');
        if (tookMs > ANSWERED_MS) troubles.push(`answered after ${tookMs} ms`);
        if (calm.isError) troubles.push(`another home: ${calm.text}`);
        if (troubles.length > 0) throw new Error(troubles.join('\n'));
      });
      await fc.assert(property, { seed: SEED, numRuns: RUNS });
      // Refused arguments alone would show nothing.
      expected(watched.runs).toBeGreaterThan(0);
    },
  );
});

it('all of that left the other home as it was', async () => {
  expect(await at.calmRegistries()).toEqual(registriesBefore);
});
