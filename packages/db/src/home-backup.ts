import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { tenantTrx } from './doors.ts';
import { openFrom, type SealPlace, sealFor, type Vault } from './vault.ts';

/** How many of a home's backups stay in the hub's store. */
export interface BackupRules {
  readonly last: number;
  readonly daily: number;
  readonly weekly: number;
}

/** The 32 bytes that a home's backups are sealed with, made at first use and the same ever after. @throws Fault STORAGE_UNAVAILABLE */
export async function homeBackupKey(db: Database, vault: Vault, tenantId: string, homeId: string): Promise<Buffer> {
  const place: SealPlace = { tenantId, table: 'home_backup', row: homeId, column: 'sealed_key' };
  return tenantTrx(db, tenantId, async (trx) => {
    const fresh = await sealFor(trx, vault, place, randomBytes(32));
    // Whoever comes first makes it; the others read that one.
    await trx
      .insertInto('home_backup')
      .values({ tenant_id: tenantId, home_id: homeId, sealed_key: fresh })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'home_id']).doNothing())
      .execute();
    const { sealed_key: sealed } = await trx
      .selectFrom('home_backup')
      .select('sealed_key')
      .where('tenant_id', '=', tenantId)
      .where('home_id', '=', homeId)
      .executeTakeFirstOrThrow();
    return openFrom(trx, vault, place, sealed);
  });
}

/** Undefined before the first backup of the home, and where it has no key. @throws Fault STORAGE_UNAVAILABLE */
export async function readBackupRules(
  db: Database,
  tenantId: string,
  homeId: string,
): Promise<BackupRules | undefined> {
  return tenantTrx(db, tenantId, (trx) =>
    trx
      .selectFrom('home_backup')
      .select(['keep_last as last', 'keep_daily as daily', 'keep_weekly as weekly'])
      .where('tenant_id', '=', tenantId)
      .where('home_id', '=', homeId)
      .executeTakeFirst(),
  );
}

/** For a home that has a key already. @throws Fault STORAGE_UNAVAILABLE */
export async function writeBackupRules(
  db: Database,
  tenantId: string,
  homeId: string,
  rules: { readonly [K in keyof BackupRules]?: BackupRules[K] | undefined },
): Promise<void> {
  const { last, daily, weekly } = rules;
  await tenantTrx(db, tenantId, (trx) =>
    trx
      .updateTable('home_backup')
      .set({
        keep_last: last ?? sql<number>`keep_last`,
        keep_daily: daily ?? sql<number>`keep_daily`,
        keep_weekly: weekly ?? sql<number>`keep_weekly`,
      })
      .where('tenant_id', '=', tenantId)
      .where('home_id', '=', homeId)
      .execute(),
  );
}
