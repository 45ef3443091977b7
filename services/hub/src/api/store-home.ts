import { Fault } from '@hub/core/fault.ts';
import type { Database } from '@hub/db/database.ts';
import { type LinkInput, type OpenLink, readLink, urlKeyOf } from '@hub/db/home-links.ts';
import type { HomeRecord } from '@hub/db/home-record.ts';
import { listHomes, registerHome, updateHome } from '@hub/db/homes.ts';
import { parseHomeUrl } from '@hub/ha/address.ts';
import { doorHeaders } from '@hub/ha/outgoing-headers.ts';
import type { z } from 'zod';
import { checkLink, type LinkCheck } from '../check-link.ts';
import type { Deps } from '../deps.ts';
import { linkOptions } from '../homes.ts';
import { checkAnswer, keepCheck } from './home-check.ts';
import type { HomeFields, homePatch } from './home-shape.ts';
import { OPERATOR } from './operator.ts';
import { patchedSettings } from './setting-shapes.ts';
import { tokenTimes } from './token-times.ts';

export interface StoredHome {
  readonly home: HomeRecord;
  readonly isNew: boolean;
  /** Undefined when it was not asked for. */
  readonly seen: LinkCheck | undefined;
}

/**
 * Adds a home, or updates the one that is there under this address or Home Assistant.
 * @throws Fault CONFIG_VALIDATION_FAILED when the home does not let the hub in | ADDRESS_NOT_ALLOWED | those of registerHome
 */
export async function addHome(deps: Deps, tenantId: string, fields: HomeFields, check: boolean): Promise<StoredHome> {
  const { db } = deps.storage;
  assertUsable(fields);
  const seen = check ? await tryLink(deps, { ...fields, kind: 'direct', tenantId, homeId: '' }) : undefined;
  const { home, isNew } = await registerFields(deps, db, tenantId, fields, seen);
  if (seen) await keepCheck(deps, home, seen);
  return { home, isNew, seen };
}

/** The storing alone; `db` may be a transaction of the tenant. */
export async function registerFields(
  deps: Deps,
  db: Database,
  tenantId: string,
  fields: HomeFields,
  seen: LinkCheck | undefined,
): Promise<{ readonly home: HomeRecord; readonly isNew: boolean }> {
  const { url, token, clientCertificate, clientKey, extraCa, pinnedKey, headers, ...facts } = fields;
  const { instanceId, timeZone: seenTimeZone, locationName } = seen?.ok ? seen : {};
  // A home that is there keeps the name people gave it.
  const name = facts.name ?? ((await isStored(db, tenantId, url, instanceId)) ? undefined : locationName || undefined);
  const link: LinkInput = {
    ...{ url, token, clientCertificate, clientKey, extraCa, pinnedKey, headers },
    ...tokenColumns(token),
  };
  const input = { ...facts, name, instanceId, seenTimeZone, link };
  return registerHome(db, deps.storage.vault, tenantId, input, OPERATOR);
}

/** @throws Fault as addHome, and HOME_NOT_FOUND */
export async function changeHome(
  deps: Deps,
  home: HomeRecord,
  patch: Omit<z.output<typeof homePatch>, 'check'>,
  check: boolean,
): Promise<StoredHome> {
  const { db, vault } = deps.storage;
  const { url, token, clientCertificate, clientKey, extraCa, pinnedKey, headers, defaults, ...facts } = patch;
  const parts = given({ url, token, clientCertificate, clientKey, extraCa, pinnedKey, headers });
  const isLinkChanged = Object.keys(parts).length > 0;
  assertUsable({ url, headers });
  let seen: LinkCheck | undefined;
  if (isLinkChanged && check) {
    const old = await readLink(db, vault, home.tenantId, home.id);
    const merged = Object.entries({ ...old, ...parts }).filter(([, value]) => value !== null);
    seen = await tryLink(deps, { ...old, ...Object.fromEntries(merged) });
  }
  const { instanceId, timeZone: seenTimeZone } = seen?.ok ? seen : {};
  const link = isLinkChanged ? { link: { ...parts, ...(token === undefined ? {} : tokenColumns(token)) } } : {};
  const changed = await updateHome(
    db,
    vault,
    home.tenantId,
    home.id,
    {
      ...facts,
      instanceId,
      seenTimeZone,
      ...link,
      settings: defaults && ((stored) => patchedSettings(stored, defaults)),
    },
    OPERATOR,
  );
  if (seen) await keepCheck(deps, changed, seen);
  return { home: changed, isNew: false, seen };
}

/** What can be told without asking anybody. @throws Fault ADDRESS_NOT_ALLOWED | VALIDATION_INVALID_PARAMETER */
export function assertUsable({ url, headers }: Pick<z.output<typeof homePatch>, 'url' | 'headers'>): void {
  if (url !== undefined) parseHomeUrl(url);
  if (headers) doorHeaders(headers);
}

/** @throws Fault CONFIG_VALIDATION_FAILED with what was seen */
export async function tryLink(deps: Deps, link: OpenLink): Promise<LinkCheck> {
  const seen = await checkLink(linkOptions(link, deps.config.allowPrivateAddresses));
  if (seen.ok) return seen;
  // An address that is never dialled would be of no use in the store either.
  const mayStoreAnyway = seen.fault.code !== 'ADDRESS_NOT_ALLOWED';
  throw new Fault('CONFIG_VALIDATION_FAILED', `Nothing was stored: ${seen.fault.message}`, {
    suggestion: [
      ...seen.fault.suggestions,
      ...(mayStoreAnyway ? ['To store it all the same: "check": false, or --no-check'] : []),
    ],
    context: { check: checkAnswer(seen) },
    cause: seen.fault,
  });
}

async function isStored(db: Database, tenantId: string, url: string, instanceId: string | undefined): Promise<boolean> {
  const key = urlKeyOf(url);
  const homes = await listHomes(db, tenantId);
  return homes.some((one) => one.link.url === key || (instanceId !== undefined && one.instanceId === instanceId));
}

function tokenColumns(token: string): Pick<LinkInput, 'credentialCreatedAt' | 'credentialExpiresAt'> {
  const { createdAt, expiresAt } = tokenTimes(token);
  return { credentialCreatedAt: createdAt ?? new Date(), credentialExpiresAt: expiresAt ?? null };
}

function given<T extends object>(parts: T): Partial<T> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Partial<T>;
}
