/**
 * Replaces a cluster's code under load, one process after the other, and puts the old one back: `npm run chaos:upgrade --
 * [--from COMMIT] [--homes 20] [--jobs 60] [--keep FOLDER]`. The old code is that before the newest migration unless told, so that
 * the database changes in between. No call may fail but for what is refused clearly and may be retried, no job may be lost or doubled.
 */
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import { startChild } from '../../../bench/child.ts';
import { openClusterAdmin } from '../../cluster/admin.ts';
import { type Cluster, startCluster } from '../../cluster/cluster.ts';
import type { Replica } from '../../cluster/replica.ts';
import { makeDataDir, removeDataDir } from '../../start-hub.ts';
import type { HomeAddress } from './homes-process.ts';
import { newLedger } from './ledger.ts';
import { askForJobs, callForEver, type LoadOptions } from './load.ts';
import { judge, readJournal } from './verdict.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DRAIN_SECONDS = 1;
const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    homes: { type: 'string', default: '20' },
    jobs: { type: 'string', default: '60' },
    keep: { type: 'string' },
  },
});
const [homeCount, jobCount] = [Number(values.homes), Number(values.jobs)];
const run = promisify(execFile);
const migrated = z.object({ applied: z.array(z.string()) });
const startedAt = performance.now();
const say = (line: string) =>
  console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line}`);

async function beforeNewestMigration(): Promise<string> {
  const { stdout } = await run('git', ['-C', ROOT, 'log', '-1', '--format=%h', '--', 'migrations']);
  return `${stdout.trim()}~1`;
}

/** An older commit with the modules of this one; its own packages, as their links are relative. */
async function checkOut(revision: string, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const archive = join(dir, 'tree.tar');
  await run('git', ['-C', ROOT, 'archive', '--output', archive, revision]);
  await run('tar', ['-xf', archive, '-C', dir]);
  const folders = ['node_modules', ...globSync('{packages,services}/*/node_modules', { cwd: ROOT })];
  for (const folder of folders)
    await cp(join(ROOT, folder), join(dir, folder), { recursive: true, verbatimSymlinks: true }).catch(
      (error: unknown) => {
        // A package that the older commit does not have needs no modules.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      },
    );
}

/** As an orchestrator rolls: no longer chosen, asked to stop, started as the other version, chosen again. */
async function replace(cluster: Cluster, replica: Replica, root: string, version: string): Promise<void> {
  if (replica.kind === 'hub') cluster.hide(replica);
  await replica.end('SIGTERM');
  await replica.start(root);
  if (replica.kind === 'hub') cluster.show(replica);
  say(`${replica.name} runs the ${version} code`);
}

const dir = values.keep ?? (await makeDataDir());
const old = join(dir, 'old-code');
const from = values.from ?? (await beforeNewestMigration());
await checkOut(from, old);
const journal = join(dir, 'journal.txt');
await writeFile(journal, '');
await using homesProcess = startChild(new URL('./homes-process.ts', import.meta.url));
const addresses = (await homesProcess.ask({ start: { count: homeCount, journal } })) as readonly HomeAddress[];
const env = { DRAIN_SECONDS: String(DRAIN_SECONDS), SWEEP_MINUTES: '0' };
await using cluster = await startCluster({ dir, hubs: 2, workers: 2, env, root: old });
const admin = openClusterAdmin(cluster.url, cluster.adminKey);
const tenant = 'upgrade';
await admin.send('POST', '/tenants', { name: 'Upgrade', slug: tenant, owner: 'Nobody' });
const homes = addresses.map(({ name }) => ({ name, slug: name.toLowerCase().replaceAll(' ', '-') }));
for (const [at, { name, url, token }] of addresses.entries())
  await admin.send('POST', `/tenants/${tenant}/homes`, { name, slug: homes[at]?.slug, url, token, check: false });
const url = await admin.connector(tenant, { name: 'load', ceiling: 'destroy', strict: false });
say(`the code of ${from} is up`);

const ledger = newLedger();
const ending = new AbortController();
const load: LoadOptions = { url, admin, tenant, homes, ledger, signal: ending.signal };
const calling = Array.from({ length: 6 }, () => callForEver(load));
const asking = askForJobs(load, jobCount, 40_000);
await delay(3_000);
const all = [...cluster.workers, ...cluster.hubs];
const database = { DATABASE_URL: cluster.postgres.url, PATH: process.env['PATH'] ?? '' };
const { stderr } = await run(process.execPath, [join(ROOT, 'services/hub/src/migrate.ts')], { env: database });
const { applied } = migrated.parse(JSON.parse(stderr.trim().split('\n').at(-1) ?? ''));
say(`the database is brought up to date: ${applied.join(', ') || 'nothing to change'}`);
for (const replica of all) await replace(cluster, replica, ROOT, 'new');
await delay(3_000);
for (const replica of all.toReversed()) await replace(cluster, replica, old, 'old');
await delay(3_000);
await asking;
ending.abort();
await Promise.all(calling);
const verdict = await judge(ledger, () => readJournal(journal), admin, tenant);

for (const [fault, count] of [...ledger.faults].sort((a, b) => b[1] - a[1]).slice(0, 20))
  console.log(`${String(count).padStart(7)}  ${fault}`);
const { calls, failedClearly, unknown, wrong, jobs, lost, doubled } = verdict;
console.log(`
calls ${calls} · refused clearly ${failedClearly} · unknown ${unknown} · broken off ${ledger.brokenOff} · wrong ${wrong.length}
jobs accepted ${jobs.accepted} (asked again ${ledger.notAccepted.length} times) · done ${jobs.done} · failed honestly ${jobs.failedHonestly} · lost ${lost.length} · doubled ${doubled.length}`);
for (const line of [...wrong, ...lost, ...doubled].slice(0, 40)) console.log(`  ! ${line}`);
const isClean = wrong.length + lost.length + doubled.length + unknown + ledger.brokenOff === 0;
if (!isClean) console.log(`what the processes said is in ${dir}`);
await cluster[Symbol.asyncDispose]();
if (isClean && values.keep === undefined) await removeDataDir(dir);
process.exit(isClean ? 0 : 1);
