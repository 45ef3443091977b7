import { hashSecret } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { findConnectorByHash } from '@hub/db/connector-access.ts';
import { createConnector, findConnector } from '@hub/db/connectors.ts';
import { rotateCredential } from '@hub/db/credentials.ts';
import type { Deps } from '../deps.ts';
import { readSecretFile, writeSecretFile } from '../secret-file.ts';
import type { Household } from './household.ts';

const NAME = 'default';
/** The database knows only the hash; the URL that survives restarts lives beside it, readable by its owner alone. */
const FILE = 'default-connector';

/** The secret of the connector that `npm start` prints: the one from before, else a new one. */
export async function ensureDefaultConnector({ config, storage }: Deps, { tenant, owner }: Household): Promise<string> {
  const { db } = storage;
  const known = await readSecretFile(config.dataDir, FILE);
  if (known !== undefined && (await opens(db, known))) return known;
  const existing = await findConnector(db, tenant.id, NAME);
  const { secret } = existing
    ? await rotateCredential(db, tenant.id, existing.id, { keepOldForMs: 0 }, SYSTEM_ACTOR)
    : await createConnector(
        db,
        tenant.id,
        { memberId: owner.id, name: NAME, ceiling: config.defaultCeiling },
        SYSTEM_ACTOR,
      );
  await writeSecretFile(config.dataDir, FILE, secret);
  return secret;
}

/** The secret of the connector that a start prints; undefined before the first one, and with an outside database. */
export async function readDefaultSecret({ isEmbedded, dataDir }: Deps['config']): Promise<string | undefined> {
  return isEmbedded ? readSecretFile(dataDir, FILE) : undefined;
}

/** When the connector that a start prints was given a new URL, the next start prints that one. */
export async function keepRotatedDefault(
  { config, storage }: Deps,
  connectorId: string,
  secret: string,
): Promise<void> {
  const known = await readDefaultSecret(config);
  const stored = known === undefined ? undefined : await findConnectorByHash(storage.db, hashSecret(known));
  if (stored?.connector.id === connectorId) await writeSecretFile(config.dataDir, FILE, secret);
}

async function opens(db: Deps['storage']['db'], secret: string): Promise<boolean> {
  return (await findConnectorByHash(db, hashSecret(secret)))?.validity === 'valid';
}
