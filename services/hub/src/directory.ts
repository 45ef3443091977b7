import { findConnectorByHash, readConnectorAccess } from '@hub/db/connector-access.ts';
import type { Database } from '@hub/db/database.ts';
import { accessOf, type ConnectorAccess } from '@hub/gate/connector-access.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import { LRUCache } from 'lru-cache';

/** A connector as it was looked up; after a change it is looked up anew. */
export interface KnownConnector {
  readonly hash: string;
  readonly access: ConnectorAccess;
}

/** Secrets to connectors, remembered so that a warm call asks no database. */
export interface Directory {
  /** By the secret's hash in base64url; undefined when it opens nothing now. One lookup at a time per secret. @throws Fault STORAGE_UNAVAILABLE */
  find(hash: string): Promise<KnownConnector | undefined>;
  /** The same for a connector that another replica or a job names. */
  findById(tenantId: string, connectorId: string): Promise<KnownConnector | undefined>;
  /** Forgets a tenant's connectors, so that the next use reads them again; returns those that were known. */
  forgetTenant(tenantId: string): readonly KnownConnector[];
  forgetAll(): readonly KnownConnector[];
  /** The same for those that ended by themselves. */
  forgetExpired(): readonly KnownConnector[];
  /** Reads a known connector anew by its secret's hash; undefined when it opens nothing any more. */
  refresh(known: KnownConnector): Promise<KnownConnector | undefined>;
}

const MAX_KNOWN = 20_000;
/** Key of a connector that was asked for by its id; no hash in base64url holds such characters. */
const BY_ID = /^(.+)\/(.+)$/;

export function createDirectory(db: Database, metrics: Metrics): Directory {
  const known = new LRUCache<string, KnownConnector>({ max: MAX_KNOWN });
  const asking = new Map<string, Promise<KnownConnector | undefined>>();

  let generation = 0;

  async function lookUp(hash: string): Promise<KnownConnector | undefined> {
    const askedIn = generation;
    const [, tenantId, connectorId] = BY_ID.exec(hash) ?? [];
    const stored =
      tenantId !== undefined && connectorId !== undefined
        ? await readConnectorAccess(db, tenantId, connectorId)
        : await findConnectorByHash(db, Buffer.from(hash, 'base64url'));
    // What was read before a change was heard of may be older than the change; and who is not known is told of none.
    if (askedIn !== generation) return lookUp(hash);
    if (stored?.validity !== 'valid' || stored.tenant.state !== 'active') return undefined;
    const found = { hash, access: accessOf(stored) };
    known.set(hash, found);
    return found;
  }

  function ask(hash: string): Promise<KnownConnector | undefined> {
    let answer = asking.get(hash);
    if (!answer) {
      answer = lookUp(hash).finally(() => asking.delete(hash));
      asking.set(hash, answer);
    }
    return answer;
  }

  function drop(isMeant: (access: ConnectorAccess) => boolean): readonly KnownConnector[] {
    const gone = [...known.values()].filter(({ access }) => isMeant(access));
    for (const { hash } of gone) known.delete(hash);
    return gone;
  }

  function forget(isMeant: (access: ConnectorAccess) => boolean): readonly KnownConnector[] {
    generation++;
    return drop(isMeant);
  }

  async function find(hash: string): Promise<KnownConnector | undefined> {
    const cached = known.get(hash);
    const isLive = cached !== undefined && !isOver(cached.access);
    metrics.cacheRequests.inc({ cache: 'connector', result: isLive ? 'hit' : 'miss' });
    return isLive ? cached : ask(hash);
  }

  return {
    find,
    findById: (tenantId, connectorId) => find(`${tenantId}/${connectorId}`),
    forgetTenant: (tenantId) => forget((access) => access.tenantId === tenantId),
    forgetAll: () => forget(() => true),
    forgetExpired: () => drop(isOver),
    refresh: ({ hash }) => ask(hash),
  };
}

function isOver({ validUntil }: ConnectorAccess): boolean {
  return validUntil !== undefined && validUntil.getTime() <= Date.now();
}
