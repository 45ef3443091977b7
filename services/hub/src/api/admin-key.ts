import { timingSafeEqual } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';
import { hashSecret, newSecret } from '@hub/core/ids.ts';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { readSecretFile, writeSecretFile } from '../secret-file.ts';

/** In the data folder of an embedded hub; a local `hub` command reads it. */
export const ADMIN_KEY_FILE = 'admin-key';

export interface AdminKey {
  /** @throws Fault AUTH_INVALID_TOKEN unless the request bears the key */
  check(request: FastifyRequest): void;
}

/** HUB_ADMIN_KEY, or with the embedded database one made on first start. Undefined: administration is off. */
export async function openAdminKey({ adminKey, isEmbedded, dataDir }: Config): Promise<AdminKey | undefined> {
  const key = adminKey ?? (isEmbedded ? await ensureFile(dataDir) : undefined);
  if (key === undefined) return undefined;
  const expected = hashSecret(key);
  return {
    check({ headers }) {
      const [, given] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
      if (given !== undefined && timingSafeEqual(hashSecret(given), expected)) return;
      throw new Fault('AUTH_INVALID_TOKEN', 'Administration needs the admin key.', {
        suggestion: isEmbedded
          ? `Send "Authorization: Bearer <key>"; the key is in the file ${ADMIN_KEY_FILE} of the data folder.`
          : 'Send "Authorization: Bearer <HUB_ADMIN_KEY>".',
      });
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
