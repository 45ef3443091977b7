import { SYSTEM_ACTOR } from '../actor.ts';
import { openDatabase } from '../database.ts';
import { startEmbedded } from '../embedded.ts';
import { loadOrCreateKeyFile } from '../key-file.ts';
import { migrate } from '../migrate.ts';
import { createTenant } from '../tenants.ts';
import { openVault } from '../vault.ts';
import { MIGRATIONS } from './database.ts';

/** Run as a process: starts the embedded database in argv[2], prints its pid, then one line per acknowledged tenant, until it is killed. */
const [dataDir = '', run = ''] = process.argv.slice(2);
const embedded = await startEmbedded({ dataDir });
const db = openDatabase({ ...embedded.connection, maxConnections: 4 });
await migrate(db, MIGRATIONS);
const vault = openVault(await loadOrCreateKeyFile(dataDir));
process.stdout.write(`postgres ${embedded.pid}\n`);
for (let number = 0; ; number += 1) {
  const { slug } = await createTenant(db, vault, { name: 'x', slug: `t-${run}-${number}` }, SYSTEM_ACTOR);
  process.stdout.write(`${slug}\n`);
}
