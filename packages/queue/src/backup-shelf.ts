import { Readable } from 'node:stream';
import { measured, newMeter } from '@hub/backup-store/meter.ts';
import { expiredBackups, type KeepRules } from '@hub/backup-store/retention.ts';
import { openBackup, sealBackup } from '@hub/backup-store/sealed-backup.ts';
import type { BackupStore } from '@hub/backup-store/store.ts';
import { BackupBroken } from '@hub/backup-store/store-faults.ts';
import { Fault } from '@hub/core/fault.ts';
import {
  type BackupRecord,
  beginBackup,
  dropBackup,
  listBackups,
  markBackupRemoving,
  noteBackupCheck,
  readHaKey,
  settleBackup,
} from '@hub/db/backups.ts';
import type { Database } from '@hub/db/database.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { homeBackupKey, readBackupRules } from '@hub/db/home-backup.ts';
import { listJobs } from '@hub/db/jobs.ts';
import type { Vault } from '@hub/db/vault.ts';
import type { BackupShelf, NewCopy, StoredCopy } from '@hub/jobs/shelf.ts';
import { z } from 'zod';

export interface ShelfDeps {
  readonly db: Database;
  readonly vault: Vault;
  readonly store: BackupStore;
}

interface Whose {
  readonly tenantId: string;
  readonly homeId: string;
}

/** The shelves of all homes; none without a store. */
export function shelvesOf({
  db,
  vault,
  store,
}: Omit<ShelfDeps, 'store'> & { readonly store: BackupStore | undefined }) {
  return (homeId: string, tenantId: string) => store && createBackupShelf({ db, vault, store }, { tenantId, homeId });
}

/** The store of backups for one home: objects in the store, what is known of them and the keys in the database. */
function createBackupShelf(deps: ShelfDeps, whose: Whose): BackupShelf {
  const { db, vault, store } = deps;
  const { tenantId, homeId } = whose;
  const keyOf = () => homeBackupKey(db, vault, tenantId, homeId);
  const all = () => listBackups(db, tenantId, homeId);
  const good = async () => (await all()).flatMap((one) => (one.state === 'stored' ? copyOf(one) : []));
  const record = async (id: string) => (await all()).find((one) => one.id === id);

  return {
    place: store.place,
    async keep(copy, file, signal) {
      const object = `${tenantId}/${homeId}/${copy.id}.hubbackup`;
      const key = await keyOf();
      await beginBackup(db, vault, { ...copy, ...whose, place: store.place, object });
      const plain = newMeter();
      const sealed = newMeter();
      await store.put(object, measured(sealed, sealBackup(key, copy.id, measured(plain, file))), signal);
      // The key as the database has it: a backup that only this process could open is none.
      const back = await readBack(deps, { object, id: copy.id, key: await keyOf() }, signal);
      const sent = { sizeBytes: plain.bytes, sha256: plain.digest() };
      const isRight =
        back.sizeBytes === sent.sizeBytes &&
        back.sha256.equals(sent.sha256) &&
        back.sealedSha256.equals(sealed.digest());
      if (!isRight) throw readBackWrong(store.place, 'it came back altered');
      await settleBackup(db, tenantId, copy.id, back);
      return { ...factsOf(copy), sizeBytes: sent.sizeBytes, sha256: sent.sha256.toString('hex') };
    },
    list: good,
    async find(id) {
      const found = await record(id);
      return found && copyOf(found)[0];
    },
    async open(copy, signal) {
      const found = await record(copy.id);
      if (!found) throw removed(copy.id);
      const key = await keyOf();
      const source = await store.read(found.object, signal);
      return Readable.from(noting(deps, tenantId, found, openBackup(key, copy.id, source)), { objectMode: false });
    },
    haKey: (copy) => readHaKey(db, vault, tenantId, copy.id),
    async tidy(signal) {
      const rules = await readBackupRules(db, tenantId, homeId);
      if (!rules) return [];
      const needed = await neededBy(db, whose);
      const leaving = leavingOf(await all(), rules).filter(({ id }) => !needed.has(id));
      for (const { id, object } of leaving) {
        await markBackupRemoving(db, tenantId, id);
        await store.remove(object, signal);
        await dropBackup(db, tenantId, id);
      }
      return leaving.map(({ id }) => id);
    },
  };
}

const readerShape = z.looseObject({ copyId: z.string() });

/** What a job is to read, perhaps tonight. */
async function neededBy(db: Database, { tenantId, homeId }: Whose): Promise<ReadonlySet<string>> {
  const unfinished = { homeId, states: ['queued', 'running'], limit: 1_000 } as const;
  const jobs = await tenantTrx(db, tenantId, (trx) => listJobs(trx, tenantId, unfinished));
  return new Set(jobs.flatMap(({ args }) => readerShape.safeParse(args).data?.copyId ?? []));
}

/**
 * What goes: what is expired, what was left on its way in (one exclusive job runs per home, so nobody is at it) or out, and what
 * is broken once a newer one is good.
 */
function leavingOf(records: readonly BackupRecord[], rules: KeepRules): readonly BackupRecord[] {
  const stored = records.filter(({ state }) => state === 'stored');
  const isBeaten = (broken: BackupRecord) => stored.some(({ madeAt }) => madeAt > broken.madeAt);
  const others = records.filter((one) => one.state !== 'stored' && (one.state !== 'broken' || isBeaten(one)));
  return [...others, ...expiredBackups(stored, rules)];
}

/** Reads a sealed object to its end and measures both what it is and what it holds. @throws Fault SERVICE_CALL_FAILED when it does not open */
async function readBack(
  { store }: ShelfDeps,
  { object, id, key }: { readonly object: string; readonly id: string; readonly key: Buffer },
  signal: AbortSignal,
) {
  const sealed = newMeter();
  const plain = newMeter();
  try {
    const source = await store.read(object, signal);
    for await (const _piece of measured(plain, openBackup(key, id, measured(sealed, source)))) signal.throwIfAborted();
  } catch (error) {
    if (error instanceof BackupBroken) throw readBackWrong(store.place, error.message, error);
    throw error;
  }
  return {
    ...{ sizeBytes: plain.bytes, sha256: plain.digest() },
    ...{ sealedSizeBytes: sealed.bytes, sealedSha256: sealed.digest() },
  };
}

/** Passes a stored backup on, compares it at the end with what was stored, and notes what came of it. @throws Fault VALIDATION_FAILED when it is not that */
async function* noting(
  { db, store }: ShelfDeps,
  tenantId: string,
  { id, measured: stored }: BackupRecord,
  plain: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  const meter = newMeter();
  let wrong: string | undefined;
  try {
    yield* measured(meter, plain);
    if (stored && !meter.digest().equals(stored.sha256)) wrong = 'it is not the file that was stored';
  } catch (error) {
    if (!(error instanceof BackupBroken)) throw error;
    wrong = error.message;
  }
  await noteBackupCheck(db, tenantId, id, wrong);
  if (wrong === undefined) return;
  throw new Fault('VALIDATION_FAILED', `The backup ${id} in ${store.place} is broken: ${wrong}.`, {
    suggestion: 'Make a new one now: hub backups create HOME. An older one may be whole: hub backups verify HOME',
    context: { backup: id },
  });
}

function copyOf(record: BackupRecord): StoredCopy[] {
  const { measured: of } = record;
  if (!of || record.state === 'storing' || record.state === 'removing') return [];
  return [{ ...factsOf(record), sizeBytes: of.sizeBytes, sha256: of.sha256.toString('hex') }];
}

function factsOf({ id, haBackupId, name, haVersion, madeAt, isProtected }: NewCopy | BackupRecord) {
  return { id, haBackupId, name, haVersion, madeAt, isProtected };
}

function readBackWrong(place: string, why: string, cause?: unknown): Fault {
  return new Fault('SERVICE_CALL_FAILED', `The backup was uploaded to ${place} and does not read back right: ${why}.`, {
    suggestion: 'Look at that store, then make the backup again; this one does not count as stored.',
    cause,
  });
}

function removed(id: string): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `The backup ${id} is no longer in the store.`, {
    suggestion: 'List those that are: hub backups list HOME',
  });
}
