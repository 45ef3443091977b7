import type { Effect } from '@hub/core/effect.ts';
import { type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { Trx } from './database.ts';
import type { ConnectorTable } from './schema.ts';

/** Which homes a connector reaches. With tags: those that bear one of them, also homes added later. */
export type HomeSelection =
  | { readonly kind: 'all' }
  | { readonly kind: 'list'; readonly homeIds: readonly string[] }
  | { readonly kind: 'tags'; readonly tags: readonly string[] };

export interface Credential {
  readonly id: string;
  readonly kind: 'secret_url' | 'oauth_grant';
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

/** One member's way in. */
export interface Connector {
  readonly id: string;
  readonly tenantId: string;
  readonly memberId: string;
  readonly name: string;
  readonly ceiling: Effect;
  readonly homes: HomeSelection;
  /** Whatever the gate keeps per connector; it parses them. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly expiresAt: Date | undefined;
  readonly revokedAt: Date | undefined;
  readonly lastUsedAt: Date | undefined;
  readonly createdAt: Date;
  /** Oldest first. */
  readonly credentials: readonly Credential[];
}

/** jsonb built in the query: dates come as text. */
const credentialsShape = z.array(
  z.object({
    id: z.string(),
    kind: z.enum(['secret_url', 'oauth_grant']),
    created_at: z.coerce.date(),
    expires_at: z.coerce.date().nullable(),
    revoked_at: z.coerce.date().nullable(),
  }),
);

const settingsShape = z.record(z.string(), z.unknown());

/** Connectors of one tenant with their credentials and listed homes, by name. */
export function selectConnectors(trx: Trx, tenantId: string) {
  return trx
    .selectFrom('connector')
    .selectAll('connector')
    .select([
      sql<
        string[]
      >`array(select h.home_id from connector_home h where h.connector_id = connector.id order by h.home_id)`.as(
        'home_ids',
      ),
      sql<unknown>`(select coalesce(jsonb_agg(to_jsonb(c) - 'secret_hash' order by c.id), '[]') from credential c where c.connector_id = connector.id)`.as(
        'credentials',
      ),
    ])
    .where('connector.tenant_id', '=', tenantId)
    .orderBy('connector.name')
    .orderBy('connector.id');
}

export function toConnector(row: Selectable<ConnectorTable> & { home_ids: string[]; credentials: unknown }): Connector {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    memberId: row.member_id,
    name: row.name,
    ceiling: row.ceiling,
    homes: toSelection(row.home_scope, row.home_ids, row.home_tags),
    settings: settingsShape.parse(row.settings),
    expiresAt: row.expires_at ?? undefined,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
    createdAt: row.created_at,
    credentials: credentialsShape.parse(row.credentials).map((credential) => ({
      id: credential.id,
      kind: credential.kind,
      createdAt: credential.created_at,
      expiresAt: credential.expires_at ?? undefined,
      revokedAt: credential.revoked_at ?? undefined,
    })),
  };
}

function toSelection(
  scope: ConnectorTable['home_scope'],
  homeIds: readonly string[],
  tags: readonly string[],
): HomeSelection {
  if (scope === 'list') return { kind: 'list', homeIds };
  return scope === 'tags' ? { kind: 'tags', tags } : { kind: 'all' };
}
