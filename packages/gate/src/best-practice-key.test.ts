import { createMemoryMap } from '@hub/runtime/volatile-map.ts';
import { expect, it } from 'vitest';
import { createBestPractice } from './best-practice.ts';
import { connectorSettingsSchema } from './connector-access.ts';

const HOUR_MS = 3_600_000;
const connector = {
  id: 'one',
  name: 'one',
  tenantId: 't',
  tenantSlug: 't',
  tenantIsActive: true,
  memberId: 'm',
  personId: 'p',
  role: 'owner',
  ceiling: 'configure',
  isRevoked: false,
  validUntil: undefined,
  settings: connectorSettingsSchema.parse({}),
  homes: [],
} as const;

it('holds for its hour and the next one, on every replica with the same secret', async () => {
  let now = 1_000 * HOUR_MS + 1;
  const replica = () =>
    createBestPractice({
      secret: Buffer.alloc(32, 7),
      given: createMemoryMap({ maxEntries: 10, maxBytes: 1e5 }),
      now: () => now,
    });
  const [one, other] = [replica(), replica()];
  const BestPracticeKey = one.keyOf(connector);
  const isTaken = async () => {
    const call = {
      connector,
      isStrict: true,
      tool: 'ha_config_set_scene',
      input: { BestPracticeKey },
      conversation: undefined,
    };
    return (await other.refusal(call)) === undefined;
  };
  expect(await isTaken()).toBe(true);
  now += HOUR_MS;
  expect(one.keyOf(connector)).not.toBe(BestPracticeKey);
  expect(await isTaken()).toBe(true);
  now += HOUR_MS;
  expect(await isTaken()).toBe(false);
});
