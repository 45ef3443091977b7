import { Fault } from '@hub/core/fault.ts';
import { sql } from 'kysely';
import pg from 'pg';
import { noteChange } from './changes.ts';
import { alreadyExists } from './constraint-fault.ts';
import type { Database, Trx } from './database.ts';
import { sealLinkSecrets } from './home-links.ts';
import { systemTrx } from './system-door.ts';
import { COPIED_TABLES, type CopiedTable, type Row, type TenantCopy, type TenantSecrets } from './tenant-copy.ts';
import { createTenantKey, openVault, type Vault } from './vault.ts';

export interface PasteOptions {
  /** Without them homes come without token and connectors without URL. */
  readonly secrets: TenantSecrets | undefined;
  /** In place of the tenant's own. */
  readonly slug?: string | undefined;
  /** Does it all and takes it back. */
  readonly dryRun: boolean;
}

export interface Pasted {
  readonly slug: string;
  /** How many rows are new, and how many were there already and stay as they are. */
  readonly tables: Readonly<Record<'tenant' | CopiedTable, { readonly created: number; readonly present: number }>>;
}

class TakenBack extends Error {}

/**
 * Makes the tenant with the ids it had, all of it or nothing. What is there already under its id stays as it is, so that a
 * second time does nothing. @throws Fault RESOURCE_ALREADY_EXISTS naming what of another id stands in the way | VALIDATION_FAILED | STORAGE_UNAVAILABLE
 */
export async function pasteTenant(
  db: Database,
  vault: Vault,
  copy: TenantCopy,
  options: PasteOptions,
): Promise<Pasted> {
  // Keys of a tenant that is taken back must not stay in the vault that everybody uses.
  const ownVault = openVault(vault.ring);
  let pasted: Pasted | undefined;
  const paste = { current: 'the tenant' };
  try {
    await systemTrx(db, async (trx) => {
      pasted = await pasteRows(trx, ownVault, copy, options, paste);
      if (options.dryRun) throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack)) throw asPasteFault(error, paste.current, copy, options);
  }
  if (!pasted) throw new Error('nothing was pasted');
  return pasted;
}

async function pasteRows(
  trx: Trx,
  vault: Vault,
  copy: TenantCopy,
  { secrets, slug = copy.tenant.slug }: PasteOptions,
  paste: { current: string },
): Promise<Pasted> {
  const { id: tenantId } = copy.tenant;
  const counts = Object.fromEntries(
    (['tenant', ...COPIED_TABLES] as const).map((table) => [table, { created: 0, present: 0 }]),
  ) as Record<'tenant' | CopiedTable, { created: number; present: number }>;
  const insert = async (table: 'tenant' | CopiedTable, row: Row) => {
    paste.current = `${table.replace('_', ' ')} ${String(row['slug'] ?? row['name'] ?? row['id'] ?? '')}`.trim();
    const isNew = await insertRow(trx, table, row);
    counts[table][isNew ? 'created' : 'present']++;
    return isNew;
  };
  if (await insert('tenant', { ...copy.tenant, slug })) await createTenantKey(trx, vault, tenantId);
  else await assertSlug(trx, tenantId, slug);
  const people = await pastePeople(trx, copy);
  for (const table of COPIED_TABLES) {
    for (const row of copy[table]) {
      const own = { ...row, tenant_id: tenantId };
      if (table === 'member') await insert(table, { ...own, person_id: people.get(String(row['person_id'])) });
      else if (table === 'home_link') await insert(table, await linkRow(trx, vault, own, secrets));
      else await insert(table, own);
    }
  }
  paste.current = 'a connector’s URL';
  for (const row of secrets?.credentials ?? []) await insertRow(trx, 'credential', { ...row, tenant_id: tenantId });
  await noteChange(trx, tenantId, 'tenant', tenantId);
  return { slug, tables: counts };
}

/** The people as they are known here: under their id, or by their e-mail address. */
async function pastePeople(trx: Trx, { people }: TenantCopy): Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, string>();
  for (const person of people) {
    const email = person['email'];
    const same =
      typeof email === 'string'
        ? await trx
            .selectFrom('person')
            .select('id')
            .where(sql<string>`lower(email)`, '=', email.toLowerCase())
            .executeTakeFirst()
        : undefined;
    if (!same) await insertRow(trx, 'person', person);
    known.set(person.id, same?.id ?? person.id);
  }
  return known;
}

async function linkRow(trx: Trx, vault: Vault, row: Row, secrets: TenantSecrets | undefined): Promise<Row> {
  const homeId = String(row['home_id']);
  const own = secrets?.links[homeId];
  const sealed = await sealLinkSecrets(trx, vault, { tenantId: String(row['tenant_id']), homeId }, own ?? {});
  return { ...row, ...(own ? {} : BARE), sealed_secrets: `\\x${sealed.toString('hex')}` };
}

/** What a link without its secrets says of itself. */
const BARE = { has_client_certificate: false, has_extra_ca: false, has_pinned_key: false, header_names: [] };

/** False when a row with this key is there. Columns the file does not know take their defaults. @throws Fault VALIDATION_FAILED for a column unknown here */
async function insertRow(trx: Trx, table: string, row: Row): Promise<boolean> {
  const { rows: known } = await sql<{ name: string }>`
    select attname as name from pg_attribute where attrelid = ${table}::regclass and attnum > 0 and not attisdropped`.execute(
    trx,
  );
  const unknown = Object.keys(row).find((column) => !known.some(({ name }) => name === column));
  if (unknown !== undefined) {
    throw new Fault(
      'VALIDATION_FAILED',
      `The file says '${unknown.slice(0, 50)}' of a ${table}, which this hub does not know.`,
      {
        suggestion: 'It was written by a newer hub: update this one first.',
      },
    );
  }
  const columns = sql.join(Object.keys(row).map((column) => sql.ref(column)));
  const target = sql.ref(`${table}_pkey`);
  const { numAffectedRows = 0n } = await sql`
    insert into ${sql.table(table)} (${columns})
    select ${columns} from jsonb_populate_record(null::${sql.table(table)}, ${JSON.stringify(row)}::jsonb)
    on conflict on constraint ${target} do nothing`.execute(trx);
  if (numAffectedRows === 0n) await assertOwn(trx, table, row);
  return numAffectedRows > 0n;
}

/** An id that belongs to another tenant here is none of ours. */
async function assertOwn(trx: Trx, table: string, { id, tenant_id: tenantId }: Row): Promise<void> {
  if (id === undefined || tenantId === undefined) return;
  const { rows } = await sql`select from ${sql.table(table)} where id = ${id} and tenant_id = ${tenantId}`.execute(trx);
  if (rows.length > 0) return;
  throw alreadyExists(
    `A ${table} with the id ${String(id)} of another tenant`,
    'The file was changed by hand, or that tenant was.',
  );
}

async function assertSlug(trx: Trx, tenantId: string, slug: string): Promise<void> {
  const { slug: present } = await trx
    .selectFrom('tenant')
    .select('slug')
    .where('id', '=', tenantId)
    .executeTakeFirstOrThrow();
  if (present === slug) return;
  throw alreadyExists(`This tenant, as '${present}',`, `Leave --slug out, or say --slug ${present}.`);
}

function asPasteFault(
  error: unknown,
  current: string,
  { tenant }: TenantCopy,
  { slug = tenant.slug }: PasteOptions,
): unknown {
  if (!(error instanceof pg.DatabaseError)) return error;
  if (error.constraint === 'tenant_slug_key') {
    return alreadyExists(`Another tenant with the slug '${slug}'`, 'Import under another one: --slug NAME');
  }
  if (error.code === '23505') {
    return new Fault(
      'RESOURCE_ALREADY_EXISTS',
      `${current}: another one here has the same name, address or secret. Nothing was imported.`,
      {
        suggestion: 'Rename or remove the one that is here, then import again.',
        cause: error,
      },
    );
  }
  if (!/^2[23]/.test(error.code ?? '')) return error;
  return new Fault(
    'VALIDATION_FAILED',
    `${current}: cannot be stored (${error.constraint ?? error.code}). Nothing was imported.`,
    {
      suggestion: 'The file was changed by hand: export it again.',
      cause: error,
    },
  );
}
