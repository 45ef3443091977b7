import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { SessionDenylist } from './denylist.ts';

const LIFETIME_MS = 180 * 24 * 60 * 60 * 1000;
/** Session ids travel in a header, and Node takes 16 kB of headers in all. */
const MAX_CAPABILITIES_BYTES = 2_000;

const sessionSchema = z.object({
  version: z.string(),
  clientInfo: z.object({ name: z.string(), version: z.string() }),
  capabilities: z.record(z.string(), z.unknown()),
  expiresAt: z.number(),
  nonce: z.string(),
});

/** What a 2025-era client said in its handshake; the client carries it, so any replica can go on with it. */
export type Session = z.infer<typeof sessionSchema>;

export function newSession(
  version: string,
  clientInfo: Session['clientInfo'],
  capabilities: Record<string, unknown>,
): Session {
  const isSmall = Buffer.byteLength(JSON.stringify(capabilities)) <= MAX_CAPABILITIES_BYTES;
  return {
    version,
    clientInfo: { name: clientInfo.name.slice(0, 128), version: clientInfo.version.slice(0, 64) },
    capabilities: isSmall ? capabilities : {},
    expiresAt: Date.now() + LIFETIME_MS,
    nonce: randomBytes(9).toString('base64url'),
  };
}

/** The session ids this hub gives out. `binding` names connector and credential: under any other an id is worth nothing. */
export interface Sessions {
  seal(binding: string, session: Session): string;
  /** The session of an id; undefined for one that is foreign, altered, expired or deleted. */
  open(binding: string, id: string): Session | undefined;
  delete(id: string): void;
}

/** The first of `keys` (32 bytes each, the same on all replicas) signs, all of them verify. */
export function createSessions(keys: readonly [Buffer, ...Buffer[]], denylist: SessionDenylist): Sessions {
  // A busy client names the same session thousands of times.
  const verified = new LRUCache<string, Session>({ max: 5_000 });
  return {
    seal(binding, session) {
      const payload = Buffer.from(JSON.stringify(session)).toString('base64url');
      return `v1.${payload}.${signature(keys[0], binding, payload).toString('base64url')}`;
    },
    open(binding, id) {
      if (denylist.has(id)) return undefined;
      const name = `${binding}\n${id}`;
      const session = verified.get(name) ?? verify(keys, binding, id);
      if (session === undefined || session.expiresAt <= Date.now()) return undefined;
      verified.set(name, session);
      return session;
    },
    delete: (id) => denylist.add(id),
  };
}

function verify(keys: readonly Buffer[], binding: string, id: string): Session | undefined {
  const [version, payload, mac, ...rest] = id.split('.');
  if (version !== 'v1' || payload === undefined || mac === undefined || rest.length > 0) return undefined;
  const given = Buffer.from(mac, 'base64url');
  const isOurs = keys.some((key) => {
    const expected = signature(key, binding, payload);
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
  return isOurs
    ? sessionSchema.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).data
    : undefined;
}

function signature(key: Buffer, binding: string, payload: string): Buffer {
  return createHmac('sha256', key).update(`${binding}\n${payload}`).digest();
}
