import type { FaultCode } from '@hub/core/fault-codes.ts';
import { readLink } from '@hub/db/home-links.ts';
import type { HomeRecord } from '@hub/db/home-record.ts';
import { readHomeStatus, writeHomeStatus } from '@hub/db/home-status.ts';
import type { z } from 'zod';
import { checkLink, type LinkCheck } from '../check-link.ts';
import type { Deps } from '../deps.ts';
import { linkOptions } from '../homes.ts';
import type { checkShape } from './home-shape.ts';

/** Links to a stored home once, and keeps what was seen as its status. @throws Fault HOME_NOT_FOUND | CONFIG_INVALID (no address or token) | STORAGE_UNAVAILABLE */
export async function checkHome(deps: Deps, home: HomeRecord): Promise<LinkCheck> {
  const { db, vault } = deps.storage;
  const link = await readLink(db, vault, home.tenantId, home.id);
  const seen = await checkLink(linkOptions(link, deps.config.allowPrivateAddresses));
  await keepCheck(deps, home, seen);
  return seen;
}

/** @throws Fault STORAGE_UNAVAILABLE */
export async function keepCheck({ storage }: Deps, home: HomeRecord, seen: LinkCheck): Promise<void> {
  const checkedAt = new Date();
  const last = seen.ok ? undefined : await readHomeStatus(storage.db, home.tenantId, home.id);
  await writeHomeStatus(
    storage.db,
    home.tenantId,
    home.id,
    seen.ok
      ? {
          state: 'running',
          haVersion: seen.haVersion,
          isAdmin: seen.isAdmin,
          locationName: seen.locationName || undefined,
          lastSeenAt: checkedAt,
          fault: undefined,
          checkedAt,
        }
      : {
          haVersion: last?.haVersion,
          isAdmin: last?.isAdmin,
          locationName: last?.locationName,
          lastSeenAt: last?.lastSeenAt,
          state: isRefusedToken(seen.fault.code) ? 'reauth_required' : 'offline',
          fault: { code: seen.fault.code, message: seen.fault.message },
          checkedAt,
        },
  );
}

export function isRefusedToken(code: FaultCode): boolean {
  return code === 'AUTH_INVALID_TOKEN' || code === 'AUTH_EXPIRED' || code === 'WEBSOCKET_NOT_AUTHENTICATED';
}

export function checkAnswer(seen: LinkCheck): z.output<typeof checkShape> {
  if (!seen.ok) {
    const { code, message, suggestions } = seen.fault;
    return { ok: false, fault: { code, message, suggestion: suggestions[0] } };
  }
  const { instanceId: _, latencyMs, ...facts } = seen;
  return { ...facts, latencyMs: Math.round(latencyMs * 10) / 10 };
}
