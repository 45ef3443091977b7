import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { linkSecretsShape, readLink } from './home-links.ts';
import type { Vault } from './vault.ts';

const row = z.record(z.string(), z.unknown());

export type Row = z.output<typeof row>;

/** The tables of a tenant that can be carried to another hub, in the order in which they need each other. */
export const COPIED_TABLES = ['member', 'home', 'home_link', 'connector', 'connector_home'] as const;

export type CopiedTable = (typeof COPIED_TABLES)[number];

/** A tenant as rows: column names and values as PostgreSQL puts them in JSON, without their tenant and without any secret. */
export const tenantCopyShape = z.strictObject({
  tenant: row.and(z.object({ id: z.uuid(), slug: z.string(), name: z.string() })),
  people: z.array(row.and(z.object({ id: z.uuid() }))),
  member: z.array(row),
  home: z.array(row),
  home_link: z.array(row.and(z.object({ home_id: z.uuid() }))),
  connector: z.array(row),
  connector_home: z.array(row),
});

export type TenantCopy = z.output<typeof tenantCopyShape>;

export const tenantSecretsShape = z.strictObject({
  /** By home. */
  links: z.record(z.uuid(), linkSecretsShape),
  /** With the hashes of the connectors' secrets, so that their URLs go on working. */
  credentials: z.array(row),
});

export type TenantSecrets = z.output<typeof tenantSecretsShape>;

/** What a tenant is, and apart from it what it keeps secret; without revoked connectors, history and saved programs. @throws Fault STORAGE_UNAVAILABLE */
export async function readTenantCopy(
  db: Database,
  vault: Vault,
  tenantId: string,
): Promise<{ readonly copy: TenantCopy; readonly secrets: TenantSecrets }> {
  const { credentials, ...rows } = await tenantTrx(db, tenantId, async (trx) => ({
    tenant: (await rowsOf(trx, sql`tenant`, sql`id = ${tenantId}`))[0],
    people: await rowsOf(trx, sql`person`, sql`true`),
    member: await rowsOf(trx, sql`member`, sql`true`),
    home: await rowsOf(trx, sql`home`, sql`true`),
    home_link: (await rowsOf(trx, sql`home_link`, sql`true`)).map(withoutSecrets),
    connector: await rowsOf(trx, sql`connector`, sql`revoked_at is null`),
    connector_home: await rowsOf(trx, sql`connector_home`, LIVE),
    credentials: await rowsOf(trx, sql`credential`, sql`${LIVE} and revoked_at is null`),
  }));
  const copy = tenantCopyShape.parse(rows);
  const links: Record<string, unknown> = {};
  for (const { home_id: homeId } of copy.home_link) links[homeId] = await readLink(db, vault, tenantId, homeId);
  return { copy, secrets: tenantSecretsShape.parse({ links, credentials }) };
}

const LIVE = sql`exists (select from connector c where c.id = connector_id and c.revoked_at is null)`;

/** Row-level security leaves this tenant's rows alone. */
async function rowsOf(trx: Trx, table: RawBuilder<unknown>, where: RawBuilder<unknown>): Promise<readonly Row[]> {
  const { rows } = await sql<{ line: unknown }>`
    select to_jsonb(t) - 'tenant_id' as line from ${table} t where ${where} order by t`.execute(trx);
  return rows.map(({ line }) => row.parse(line));
}

function withoutSecrets({ sealed_secrets: _, ...link }: Row): Row {
  return link;
}
