import type { BackupFacts } from '@hub/core/backup-facts.ts';
import { type Selectable, sql, type Updateable } from 'kysely';
import type { Database } from './database.ts';
import { tenantTrx } from './doors.ts';
import type { BackupTable } from './schema.ts';
import { openFrom, type SealPlace, sealFor, type Vault } from './vault.ts';

export type BackupState = BackupTable['state'];

/** A backup in the hub's own store, or on its way there. */
export interface BackupRecord extends BackupFacts {
  readonly homeId: string;
  readonly state: BackupState;
  readonly isWithDatabase: boolean;
  readonly place: string;
  /** Its name in the store. */
  readonly object: string;
  /** Undefined until stored. */
  readonly measured: BackupMeasures | undefined;
  readonly storedAt: Date | undefined;
  readonly checkedAt: Date | undefined;
  readonly checkError: string | undefined;
}

/** Of the home's own file, and of the sealed object. Digests are SHA-256. */
export interface BackupMeasures {
  readonly sizeBytes: number;
  readonly sha256: Buffer;
  readonly sealedSizeBytes: number;
  readonly sealedSha256: Buffer;
}

export interface NewBackup extends BackupFacts {
  readonly tenantId: string;
  readonly homeId: string;
  readonly isWithDatabase: boolean;
  /** Home Assistant's own key, where it encrypted with one. */
  readonly haKey: string | undefined;
  readonly place: string;
  readonly object: string;
}

/** Before the upload. Again for the same id it begins anew; one that is stored stays as it is. @throws Fault STORAGE_UNAVAILABLE */
export async function beginBackup(db: Database, vault: Vault, backup: NewBackup): Promise<void> {
  const { id, tenantId, haKey } = backup;
  await tenantTrx(db, tenantId, async (trx) => {
    const sealed = haKey === undefined ? null : await sealFor(trx, vault, haKeyPlace(tenantId, id), haKey);
    const facts = {
      state: 'storing' as const,
      ha_backup_id: backup.haBackupId,
      name: backup.name,
      ha_version: backup.haVersion ?? null,
      made_at: backup.madeAt,
      is_with_database: backup.isWithDatabase,
      is_protected: backup.isProtected,
      sealed_ha_key: sealed,
      place: backup.place,
      object: backup.object,
    };
    await trx
      .insertInto('backup')
      .values({ id, tenant_id: tenantId, home_id: backup.homeId, ...facts })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(facts).where('backup.state', '<>', 'stored'))
      .execute();
  });
}

/** After it was read back and found right. @throws Fault STORAGE_UNAVAILABLE */
export async function settleBackup(db: Database, tenantId: string, id: string, of: BackupMeasures): Promise<void> {
  const now = new Date();
  await update(db, tenantId, id, {
    ...{ state: 'stored', size_bytes: of.sizeBytes, sha256: of.sha256 },
    ...{ sealed_size_bytes: of.sealedSizeBytes, sealed_sha256: of.sealedSha256 },
    ...{ stored_at: now, checked_at: now, check_error: null },
  });
}

/** What a look at the whole of it found; one found right again is stored again. @throws Fault STORAGE_UNAVAILABLE */
export async function noteBackupCheck(db: Database, tenantId: string, id: string, wrong?: string): Promise<void> {
  const state = wrong === undefined ? 'stored' : 'broken';
  await tenantTrx(db, tenantId, (trx) =>
    trx
      .updateTable('backup')
      .set({ state, checked_at: sql<Date>`now()`, check_error: wrong ?? null })
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      // One that is leaving the store meanwhile goes on leaving.
      .where('state', 'in', ['stored', 'broken'])
      .execute(),
  );
}

/** It is on its way out of the store. @throws Fault STORAGE_UNAVAILABLE */
export async function markBackupRemoving(db: Database, tenantId: string, id: string): Promise<void> {
  await update(db, tenantId, id, { state: 'removing' });
}

/** @throws Fault STORAGE_UNAVAILABLE */
export async function dropBackup(db: Database, tenantId: string, id: string): Promise<void> {
  await tenantTrx(db, tenantId, (trx) =>
    trx.deleteFrom('backup').where('tenant_id', '=', tenantId).where('id', '=', id).execute(),
  );
}

/** Of one home, newest first, whatever their state. @throws Fault STORAGE_UNAVAILABLE */
export async function listBackups(db: Database, tenantId: string, homeId: string): Promise<readonly BackupRecord[]> {
  const rows = await tenantTrx(db, tenantId, (trx) =>
    trx
      .selectFrom('backup')
      .selectAll()
      .where('tenant_id', '=', tenantId)
      .where('home_id', '=', homeId)
      .orderBy('made_at', 'desc')
      .orderBy('id', 'desc')
      .execute(),
  );
  return rows.map(recordOf);
}

/** Undefined where Home Assistant used no key of its own. @throws Fault STORAGE_UNAVAILABLE */
export async function readHaKey(db: Database, vault: Vault, tenantId: string, id: string): Promise<string | undefined> {
  return tenantTrx(db, tenantId, async (trx) => {
    const row = await trx
      .selectFrom('backup')
      .select('sealed_ha_key')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', id)
      .executeTakeFirst();
    if (!row?.sealed_ha_key) return undefined;
    return (await openFrom(trx, vault, haKeyPlace(tenantId, id), row.sealed_ha_key)).toString();
  });
}

async function update(db: Database, tenantId: string, id: string, values: Updateable<BackupTable>): Promise<void> {
  await tenantTrx(db, tenantId, (trx) =>
    trx.updateTable('backup').set(values).where('tenant_id', '=', tenantId).where('id', '=', id).execute(),
  );
}

function recordOf(row: Selectable<BackupTable>): BackupRecord {
  const { size_bytes: sizeBytes, sha256, sealed_size_bytes: sealedSizeBytes, sealed_sha256: sealedSha256 } = row;
  const isMeasured = sizeBytes !== null && sha256 !== null && sealedSizeBytes !== null && sealedSha256 !== null;
  return {
    id: row.id,
    homeId: row.home_id,
    state: row.state,
    haBackupId: row.ha_backup_id,
    name: row.name,
    haVersion: row.ha_version ?? undefined,
    madeAt: row.made_at,
    isWithDatabase: row.is_with_database,
    isProtected: row.is_protected,
    place: row.place,
    object: row.object,
    measured: isMeasured ? { sizeBytes, sha256, sealedSizeBytes, sealedSha256 } : undefined,
    storedAt: row.stored_at ?? undefined,
    checkedAt: row.checked_at ?? undefined,
    checkError: row.check_error ?? undefined,
  };
}

function haKeyPlace(tenantId: string, row: string): SealPlace {
  return { tenantId, table: 'backup', row, column: 'sealed_ha_key' };
}
