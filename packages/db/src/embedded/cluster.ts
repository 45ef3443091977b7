import { chown, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Fault } from '@hub/core/fault.ts';
import type { Binaries } from './binaries.ts';
import { diskFullFault, saysDiskFull } from './disk-fault.ts';
import { run } from './run.ts';
import type { RunAs } from './run-as.ts';

/** PostgreSQL's own first user; the hub itself connects as a plain role. */
export const ADMIN_USER = 'postgres';

/** Makes an empty cluster, complete or not at all. At most 2 minutes. @throws Fault STORAGE_UNAVAILABLE */
export async function makeCluster(cluster: string, binaries: Binaries, runAs: RunAs): Promise<void> {
  const draft = `${cluster}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(dirname(cluster), { recursive: true, mode: 0o755 });
  await mkdir(draft, { mode: 0o700 });
  if (!runAs.isSelf) await chown(draft, runAs.uid, runAs.gid);
  // The built-in locale sorts alike on every system; PostgreSQL has it from 17 on.
  const locale =
    binaries.major >= 17
      ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
      : ['--locale=C.UTF-8'];
  const args = ['-D', draft, '-U', ADMIN_USER, '-A', 'trust', '-E', 'UTF8', ...locale, '--no-instructions'];
  const { code, output } = await run(binaries.initdb, args, runAs, 120_000);
  if (code === 0) {
    await rename(draft, cluster);
    return;
  }
  await rm(draft, { recursive: true, force: true });
  if (saysDiskFull(output)) throw diskFullFault(dirname(cluster));
  throw new Fault('STORAGE_UNAVAILABLE', `The database could not be created in ${cluster}.`, {
    suggestion: 'Read what initdb said below; DATABASE_URL with a PostgreSQL elsewhere is the way around.',
    details: output.slice(-2_000),
  });
}

/** @throws Fault STORAGE_UNAVAILABLE when the cluster was made by another major version than these binaries */
export async function assertVersion(cluster: string, binaries: Binaries): Promise<void> {
  const made = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  if (Number(made) === binaries.major) return;
  throw new Fault(
    'STORAGE_UNAVAILABLE',
    `The data in ${cluster} is of PostgreSQL ${made}, and the binaries are of ${binaries.major}.`,
    {
      suggestion: `Set HUB_PG_BIN to the bin folder of a PostgreSQL ${made}, or convert the data with pg_upgrade.`,
    },
  );
}
