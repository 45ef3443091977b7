import { timingSafeEqual } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';
import { hashSecret, newSecret } from '@hub/core/ids.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { type MissGuard, missGuard } from '../mcp/misses.ts';
import { readSecretFile, writeSecretFile } from '../secret-file.ts';
import { ADMIN_KEY_FILE } from './admin-key-file.ts';

export interface AdminKey {
  /** @throws Fault AUTH_INVALID_TOKEN unless the request bears the key | RATE_LIMITED after too many wrong ones from its address */
  check(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** The same for a key that came in another way; the reply is told how long to wait. */
  test(given: string, ip: string, reply: FastifyReply): Promise<void>;
  /** Names the key without holding it. */
  readonly hash: Buffer;
}

/** HUB_ADMIN_KEY, or with the embedded database one made on first start. Undefined: administration is off. */
export async function openAdminKey(
  { adminKey, isEmbedded, dataDir }: Pick<Config, 'adminKey' | 'isEmbedded' | 'dataDir'>,
  misses: MissGuard = missGuard(),
  onKey: (outcome: 'ok' | 'unknown' | 'limited') => void = () => undefined,
): Promise<AdminKey | undefined> {
  const key = adminKey ?? (isEmbedded ? await ensureFile(dataDir) : undefined);
  if (key === undefined) return undefined;
  const expected = hashSecret(key);
  const where = adminKey === undefined ? `the file ${ADMIN_KEY_FILE} of the data folder` : 'HUB_ADMIN_KEY';

  function refused(message: string): Fault {
    return new Fault('AUTH_INVALID_TOKEN', message, {
      suggestion: `Send "Authorization: Bearer <key>"; the key is in ${where}.`,
    });
  }

  async function test(given: string, ip: string, reply: FastifyReply): Promise<void> {
    const hash = hashSecret(given);
    const waitS = await misses.blockedFor(ip, hash.toString('base64url'));
    if (waitS !== undefined) {
      onKey('limited');
      reply.header('retry-after', String(waitS));
      throw new Fault('RATE_LIMITED', 'Too many wrong admin keys from this address.', {
        suggestion: `Wait ${waitS} s, then send the right one.`,
        context: { retry_after_s: waitS },
      });
    }
    if (timingSafeEqual(hash, expected)) {
      onKey('ok');
      return misses.hit(hash.toString('base64url'));
    }
    onKey('unknown');
    await misses.miss(ip);
    throw refused('This is not the admin key.');
  }

  return {
    hash: expected,
    test,
    async check({ headers, ip }, reply) {
      const [, given] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
      if (given === undefined) {
        reply.header('www-authenticate', 'Bearer');
        throw refused('Administration needs the admin key.');
      }
      try {
        await test(given, ip, reply);
      } catch (error) {
        if (error instanceof Fault && error.code === 'AUTH_INVALID_TOKEN') reply.header('www-authenticate', 'Bearer');
        throw error;
      }
    },
  };
}

async function ensureFile(dataDir: string): Promise<string> {
  const known = await readSecretFile(dataDir, ADMIN_KEY_FILE);
  if (known !== undefined) return known;
  const key = newSecret(32);
  await writeSecretFile(dataDir, ADMIN_KEY_FILE, key);
  return key;
}
