import { randomBytes } from 'node:crypto';
import { newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { openDatabase } from '@hub/db/database.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { beginEdit, finishEdit, listEdits } from '@hub/db/edits.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import { readConfig } from './config.ts';
import { tidy } from './housekeeping.ts';

const DAY_MS = 86_400_000;

let made: TestDatabase;
let tenantId: string;
beforeAll(async () => {
  made = await createTestDatabase();
});
afterAll(() => made.drop());
beforeEach(async () => {
  const tenant = { name: 'Family', slug: `t-${newId()}` };
  tenantId = (await createTenant(made.db, made.vault, tenant, SYSTEM_ACTOR)).id;
});

/** One change of an item with a text of its own, which nothing makes smaller; `days` ago. */
async function edit(homeId: string, days = 0): Promise<string> {
  const origin = { homeId, connectorId: undefined, callId: newId(), tool: 'ha_config_set_script', actor: SYSTEM_ACTOR };
  const before = { alias: randomBytes(450_000).toString('base64') };
  const item = { kind: 'script', id: 'night' };
  const id = await beginEdit(made.db, made.vault, tenantId, { ...origin, item, before });
  await finishEdit(made.db, made.vault, tenantId, id, { state: 'done', after: { alias: id } });
  const createdAt = new Date(Date.now() - days * DAY_MS);
  await tenantTrx(made.db, tenantId, (trx) =>
    trx.updateTable('edit').set({ created_at: createdAt }).where('id', '=', id).execute(),
  );
  return id;
}
const left = async (homeId: string) => (await listEdits(made.db, tenantId, { homeId })).map(({ id }) => id);
const blobs = () =>
  tenantTrx(made.db, tenantId, async (trx) => (await trx.selectFrom('blob').select('digest').execute()).length);
/** As if no write had just brought them. */
const unused = () =>
  tenantTrx(made.db, tenantId, (trx) =>
    trx
      .updateTable('blob')
      .set({ used_at: new Date(Date.now() - DAY_MS) })
      .execute(),
  );
const unexpected = (error: unknown) => {
  throw error;
};
const keep = (env: Record<string, string>) => tidy(made.db, readConfig(env), unexpected);

describe('what is kept of a home’s edits', () => {
  it('is five thousand of a year and 256 MB, unless told', () => {
    expect(readConfig({}).editLimits).toEqual({
      ...{ maxCount: 5_000, maxAgeMs: 366 * DAY_MS, maxBytes: 268_435_456 },
    });
    expect(() => readConfig({ EDITS_MAX_COUNT: '0' })).toThrow(/EDITS_MAX_COUNT: expected a whole number from 1/);
  });

  it('is so many, by home: the oldest go, and the items that only they kept', async () => {
    const [cabin, flat] = [newId(), newId()];
    const ids = [await edit(cabin), await edit(cabin), await edit(cabin)];
    const other = await edit(flat);
    await unused();
    await keep({});
    expect([await left(cabin), await blobs()]).toEqual([[...ids].reverse(), 8]);
    await keep({ EDITS_MAX_COUNT: '2' });
    expect(await left(cabin)).toEqual([ids[2], ids[1]]);
    expect(await left(flat)).toEqual([other]);
    expect(await blobs()).toBe(6);
  });

  it('is so many days old, and so many megabytes', async () => {
    const home = newId();
    const ids = [await edit(home, 40), await edit(home, 20), await edit(home), await edit(home)];
    await unused();
    await keep({ EDITS_MAX_DAYS: '30' });
    expect(await left(home)).toEqual([ids[3], ids[2], ids[1]]);
    await keep({ EDITS_MAX_MB: '1' });
    expect(await left(home)).toEqual([ids[3], ids[2]]);
    expect(await blobs()).toBe(4);
  });
});

test('a tenant whose part of it fails is told and holds up neither the rest of its own nor the others', async () => {
  const first = (await createTenant(made.db, made.vault, { name: 'First', slug: 'a-first' }, SYSTEM_ACTOR)).id;
  const home = newId();
  const ids = [await edit(home), await edit(home)];
  const db = openDatabase({ ...made.connection, maxConnections: 2, statementTimeoutMs: 300 });
  const told: (string | undefined)[] = [];
  await tenantTrx(made.db, first, async (trx) => {
    await trx
      .selectNoFrom(({ fn, val }) => {
        const keys = [fn('hashtext', [val('audit_seal')]), fn('hashtext', [val(first)])];
        return fn('pg_advisory_xact_lock', keys).as('locked');
      })
      .execute();
    await tidy(db, readConfig({ EDITS_MAX_COUNT: '1' }), (_error, failed) => void told.push(failed));
  });
  await db.destroy();
  expect(told).toEqual([first, first]);
  expect(await left(home)).toEqual([ids[1]]);
});

test('a database that is away ends it at once', async () => {
  const db = openDatabase({ ...made.connection, database: 'none', maxConnections: 1 });
  await expect(tidy(db, readConfig({}), () => undefined)).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
  await db.destroy();
});
