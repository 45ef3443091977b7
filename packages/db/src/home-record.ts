import type { Effect } from '@hub/core/effect.ts';
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { Trx } from './database.ts';
import type { HomeLinkTable, HomeTable } from './schema.ts';

type LinkRow = Selectable<HomeLinkTable>;

/** Everything about a link but its secrets. */
export interface LinkSummary {
  readonly kind: LinkRow['kind'];
  readonly url: string | undefined;
  readonly credentialKind: LinkRow['credential_kind'];
  readonly credentialCreatedAt: Date | undefined;
  readonly credentialExpiresAt: Date | undefined;
  readonly hasClientCertificate: boolean;
  readonly hasExtraCa: boolean;
  readonly hasPinnedKey: boolean;
  readonly headerNames: readonly string[];
}

/** A home as the hub knows it, with what may be shown of its link. */
export interface HomeRecord {
  readonly id: string;
  readonly tenantId: string;
  readonly slug: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly country: string | undefined;
  readonly region: string | undefined;
  readonly timeZone: string | undefined;
  /** What a person said of it; undefined: it is that of its Home Assistant. */
  readonly saidTimeZone: string | undefined;
  readonly note: string | undefined;
  readonly customerReference: string | undefined;
  /** Home Assistant's own id, unknown until first linked. */
  readonly instanceId: string | undefined;
  readonly isSimulated: boolean;
  /** Writes over many homes leave it alone. */
  readonly isPinned: boolean;
  /** When changes may begin, as people write it; undefined: as the tenant says. */
  readonly maintenanceWindows: readonly string[] | undefined;
  readonly ceiling: Effect;
  /** What connectors take from it unless they say otherwise; the gate parses them. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly link: LinkSummary;
}

const settingsShape = z.record(z.string(), z.unknown());

type HomeRow = Selectable<HomeTable> &
  Omit<LinkRow, 'kind' | 'sealed_secrets' | 'url_key' | `updated_${string}`> & { link_kind: LinkRow['kind'] };

/** Homes of one tenant with their links, by slug. */
export function selectHomes(trx: Trx, tenantId: string) {
  return trx
    .selectFrom('home')
    .innerJoin('home_link', 'home_link.home_id', 'home.id')
    .selectAll('home')
    .select([
      'home_link.home_id',
      'home_link.kind as link_kind',
      'home_link.url',
      'home_link.credential_kind',
      'home_link.credential_created_at',
      'home_link.credential_expires_at',
      'home_link.has_client_certificate',
      'home_link.has_extra_ca',
      'home_link.has_pinned_key',
      'home_link.header_names',
    ])
    .where('home.tenant_id', '=', tenantId)
    .orderBy('home.slug');
}

/** null: the home follows its Home Assistant. */
export function saidTimeZone(home: Pick<HomeRow, 'time_zone' | 'learnt_time_zone'>): string | null {
  return home.time_zone === home.learnt_time_zone ? null : home.time_zone;
}

export function toHomeRecord(row: HomeRow): HomeRecord {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    slug: row.slug,
    name: row.name,
    tags: row.tags,
    country: row.country ?? undefined,
    region: row.region ?? undefined,
    timeZone: row.time_zone ?? undefined,
    saidTimeZone: saidTimeZone(row) ?? undefined,
    note: row.note ?? undefined,
    customerReference: row.customer_reference ?? undefined,
    instanceId: row.instance_id ?? undefined,
    isSimulated: row.is_simulated,
    isPinned: row.is_pinned,
    maintenanceWindows: row.maintenance_windows ?? undefined,
    ceiling: row.ceiling,
    settings: settingsShape.parse(row.settings),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    link: {
      kind: row.link_kind,
      url: row.url ?? undefined,
      credentialKind: row.credential_kind,
      credentialCreatedAt: row.credential_created_at ?? undefined,
      credentialExpiresAt: row.credential_expires_at ?? undefined,
      hasClientCertificate: row.has_client_certificate,
      hasExtraCa: row.has_extra_ca,
      hasPinnedKey: row.has_pinned_key,
      headerNames: row.header_names,
    },
  };
}
