import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { type Actor, updatedBy } from './actor.ts';
import { notFound } from './constraint-fault.ts';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import type { LinkSummary } from './home-record.ts';
import { openFrom, type SealPlace, sealFor, type Vault } from './vault.ts';

export const linkSecretsShape = z.object({
  token: z.string().optional(),
  /** PEM. */
  clientCertificate: z.string().optional(),
  clientKey: z.string().optional(),
  extraCa: z.string().optional(),
  /** SHA-256 of the server's public key, base64. */
  pinnedKey: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
});

type LinkSecrets = z.output<typeof linkSecretsShape>;

/** How a home is reached, opened. Hand it to the link and nowhere else. */
export type OpenLink = LinkSecrets & {
  readonly homeId: string;
  readonly tenantId: string;
  readonly kind: LinkSummary['kind'];
  readonly url: string | undefined;
};

/** Parts left out stay as they are, `null` removes one. */
export interface LinkInput {
  readonly url?: string | undefined;
  /** `long_lived_token` unless told. */
  readonly credentialKind?: LinkSummary['credentialKind'] | undefined;
  readonly credentialCreatedAt?: Date | null | undefined;
  readonly credentialExpiresAt?: Date | null | undefined;
  readonly token?: string | null | undefined;
  readonly clientCertificate?: string | null | undefined;
  readonly clientKey?: string | null | undefined;
  readonly extraCa?: string | null | undefined;
  readonly pinnedKey?: string | null | undefined;
  readonly headers?: Readonly<Record<string, string>> | null | undefined;
}

const MAX_HEADERS = 5;

/** @throws Fault HOME_NOT_FOUND | STORAGE_UNAVAILABLE when the database or the keys fail */
export async function readLink(db: Database, vault: Vault, tenantId: string, homeId: string): Promise<OpenLink> {
  return await tenantTrx(db, tenantId, async (trx) => {
    const row = await selectLink(trx, tenantId, homeId);
    if (row === undefined) {
      throw new Fault('HOME_NOT_FOUND', `Home ${homeId} was not found.`, {
        suggestion: 'It may have been removed: list the homes again.',
      });
    }
    const secrets = await openSecrets(trx, vault, tenantId, homeId, row.sealed_secrets);
    return { homeId, tenantId, kind: row.kind, url: row.url ?? undefined, ...secrets };
  });
}

/** The link of a home that was just made. @throws Fault VALIDATION_INVALID_PARAMETER */
export async function insertLink(
  trx: Trx,
  vault: Vault,
  home: { tenantId: string; homeId: string },
  input: LinkInput,
  actor: Actor,
): Promise<void> {
  if (input.url === undefined)
    throw new Fault('VALIDATION_MISSING_PARAMETER', 'A home needs a url.', {
      suggestion: 'Example: http://homeassistant.local:8123',
    });
  const secrets = mergeSecrets({}, input);
  await trx
    .insertInto('home_link')
    .values({
      home_id: home.homeId,
      tenant_id: home.tenantId,
      ...plainColumns(input, secrets),
      credential_kind: input.credentialKind ?? 'long_lived_token',
      sealed_secrets: await sealFor(trx, vault, placeOf(home.tenantId, home.homeId), JSON.stringify(secrets)),
      ...updatedBy(actor),
    })
    .execute();
}

/** Changes the parts that are given. @throws Fault VALIDATION_INVALID_PARAMETER */
export async function updateLink(
  trx: Trx,
  vault: Vault,
  home: { tenantId: string; homeId: string },
  input: LinkInput,
  actor: Actor,
): Promise<void> {
  const { tenantId, homeId } = home;
  const row = await selectLink(trx, tenantId, homeId);
  if (row === undefined) throw notFound(`The link of home ${homeId}`, 'Remove the home and add it again.');
  const old = await openSecrets(trx, vault, tenantId, homeId, row.sealed_secrets);
  const secrets = mergeSecrets(old, input);
  await trx
    .updateTable('home_link')
    .set({
      ...plainColumns(input, secrets),
      // A new token starts its own age, unless the caller knows it.
      ...(input.credentialCreatedAt === undefined && secrets.token !== old.token
        ? { credential_created_at: new Date() }
        : {}),
      ...(input.credentialKind === undefined ? {} : { credential_kind: input.credentialKind }),
      sealed_secrets: await sealFor(trx, vault, placeOf(tenantId, homeId), JSON.stringify(secrets)),
      ...updatedBy(actor),
    })
    .where('tenant_id', '=', tenantId)
    .where('home_id', '=', homeId)
    .execute();
}

/** One spelling per address: lower case host, no default port, no closing slash. @throws Fault VALIDATION_INVALID_PARAMETER */
export function urlKeyOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (
    parsed === undefined ||
    !/^https?:$/.test(parsed.protocol) ||
    parsed.username !== '' ||
    parsed.password !== '' ||
    parsed.search !== ''
  ) {
    throw new Fault(
      'VALIDATION_INVALID_PARAMETER',
      'The url of a home is http:// or https:// with a host, without user, password or query.',
      {
        suggestion: 'Example: http://homeassistant.local:8123',
      },
    );
  }
  return `${parsed.protocol}//${parsed.host}${parsed.pathname.replace(/\/+$/, '')}`;
}

async function selectLink(trx: Trx, tenantId: string, homeId: string) {
  return await trx
    .selectFrom('home_link')
    .select(['kind', 'url', 'sealed_secrets'])
    .where('tenant_id', '=', tenantId)
    .where('home_id', '=', homeId)
    .executeTakeFirst();
}

async function openSecrets(
  trx: Trx,
  vault: Vault,
  tenantId: string,
  homeId: string,
  sealed: Buffer,
): Promise<LinkSecrets> {
  const plain = await openFrom(trx, vault, placeOf(tenantId, homeId), sealed);
  return linkSecretsShape.parse(JSON.parse(plain.toString()));
}

/** For a link that was carried over as a row. */
export async function sealLinkSecrets(
  trx: Trx,
  vault: Vault,
  { tenantId, homeId }: { readonly tenantId: string; readonly homeId: string },
  secrets: LinkSecrets,
): Promise<Buffer> {
  return await sealFor(trx, vault, placeOf(tenantId, homeId), JSON.stringify(secrets));
}

function placeOf(tenantId: string, homeId: string): SealPlace {
  return { tenantId, table: 'home_link', row: homeId, column: 'sealed_secrets' };
}

function mergeSecrets(old: LinkSecrets, input: LinkInput): LinkSecrets {
  const { token, clientCertificate, clientKey, extraCa, pinnedKey, headers } = input;
  const given = Object.entries({ token, clientCertificate, clientKey, extraCa, pinnedKey, headers }).filter(
    ([, value]) => value !== undefined,
  );
  const merged = Object.entries({ ...old, ...Object.fromEntries(given) }).filter(([, value]) => value !== null);
  const secrets = linkSecretsShape.parse(Object.fromEntries(merged));
  if (Object.keys(secrets.headers ?? {}).length > MAX_HEADERS) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', `A home takes at most ${MAX_HEADERS} extra headers.`, {
      suggestion: 'Leave out those it does not need.',
    });
  }
  if ((secrets.clientCertificate === undefined) !== (secrets.clientKey === undefined)) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', 'A client certificate and its key go together.', {
      suggestion: 'Give both, or neither.',
    });
  }
  return secrets;
}

function plainColumns(input: LinkInput, secrets: LinkSecrets) {
  return {
    ...(input.url === undefined ? {} : { url: urlKeyOf(input.url), url_key: urlKeyOf(input.url) }),
    ...(input.credentialCreatedAt === undefined ? {} : { credential_created_at: input.credentialCreatedAt }),
    ...(input.credentialExpiresAt === undefined ? {} : { credential_expires_at: input.credentialExpiresAt }),
    has_client_certificate: secrets.clientCertificate !== undefined,
    has_extra_ca: secrets.extraCa !== undefined,
    has_pinned_key: secrets.pinnedKey !== undefined,
    header_names: Object.keys(secrets.headers ?? {}),
  };
}
