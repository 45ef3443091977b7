/**
 * A cluster under load while its parts are killed, hung, emptied and restarted: `npm run chaos -- [--minutes 2] [--hubs 3]
 * [--workers 3] [--homes 50] [--jobs 500] [--keep FOLDER]`. A real Home Assistant stands among the simulated homes where one can
 * be started. Ends with what was wrong, lost or doubled; all three must be 0.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startChild } from '../../../bench/child.ts';
import { openClusterAdmin } from '../../cluster/admin.ts';
import { startCluster } from '../../cluster/cluster.ts';
import { makeDataDir, removeDataDir } from '../../start-hub.ts';
import type { HomeAddress } from './homes-process.ts';
import { newLedger } from './ledger.ts';
import { askForJobs, callForEver, type LoadOptions } from './load.ts';
import { breakThings } from './monkey.ts';
import { startChaosRealHome } from './real-home.ts';
import { judge, readJournal } from './verdict.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    hubs: { type: 'string', default: '3' },
    workers: { type: 'string', default: '3' },
    homes: { type: 'string', default: '50' },
    jobs: { type: 'string', default: '500' },
    clients: { type: 'string', default: '8' },
    keep: { type: 'string' },
  },
});
const [minutes, hubs, workers, homeCount, jobCount, clients] = (
  ['minutes', 'hubs', 'workers', 'homes', 'jobs', 'clients'] as const
).map((name) => Number(values[name])) as [number, number, number, number, number, number];

const startedAt = performance.now();
const say = (line: string) =>
  console.log(`${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line}`);
const longest = (times: readonly number[]) =>
  times.length === 0 ? 'none' : `${(Math.max(...times) / 1_000).toFixed(2)} s of ${times.length}`;

const dir = values.keep ?? (await makeDataDir());
await mkdir(dir, { recursive: true });
const journal = join(dir, 'journal.txt');
await writeFile(journal, '');
await using homesProcess = startChild(new URL('./homes-process.ts', import.meta.url));
await using realHome = await startChaosRealHome();
const simulated = (await homesProcess.ask({ start: { count: homeCount, journal } })) as readonly HomeAddress[];
const addresses = realHome ? [...simulated, realHome.address] : simulated;
await using cluster = await startCluster({ dir, hubs, workers, env: { WORKER_CONCURRENCY: '16' } });
const admin = openClusterAdmin(cluster.url, cluster.adminKey);
const tenant = 'chaos';
await admin.send('POST', '/tenants', { name: 'Chaos', slug: tenant, owner: 'Nobody' });
const homes = addresses.map((address) => ({
  name: address.name,
  slug: address.name.toLowerCase().replaceAll(' ', '-'),
  isReal: address === realHome?.address,
}));
for (const [at, { name, url, token }] of addresses.entries())
  await admin.send('POST', `/tenants/${tenant}/homes`, { name, slug: homes[at]?.slug, url, token, check: false });
const url = await admin.connector(tenant, { name: 'load', ceiling: 'destroy', strict: false });
say(
  `${hubs} hubs, ${workers} workers, ${homeCount} simulated homes and ${realHome ? 'a real one' : 'no real one'} are up`,
);

const ledger = newLedger();
const ending = new AbortController();
const load: LoadOptions = { url, admin, tenant, homes, ledger, signal: ending.signal };
const runMs = minutes * 60_000;
const calling = Array.from({ length: clients }, () => callForEver(load));
// Among so many it would hardly be asked.
if (realHome) calling.push(callForEver({ ...load, homes: homes.filter(({ isReal }) => isReal) }));
const asking = askForJobs(load, jobCount, runMs * 0.85);
const breaking = breakThings({ cluster, homes: homesProcess, realHome, url, signal: ending.signal, say });
await delay(runMs);
ending.abort();
const takeovers = await breaking;
await Promise.all([...calling, asking]);
const arrivals = async () => new Map([...(await readJournal(journal)), ...((await realHome?.remembered()) ?? [])]);
say('nothing is broken any more; waiting for the jobs to end');
const verdict = await judge(ledger, arrivals, admin, tenant);

for (const [fault, count] of [...ledger.faults].sort((a, b) => b[1] - a[1]).slice(0, 25))
  console.log(`${String(count).padStart(7)}  ${fault}`);
const { calls, failedClearly, unknown, wrong, jobs, lost, doubled } = verdict;
console.log(`
calls ${calls} · failed with a clear error ${failedClearly} · unknown ${unknown} · wrong ${wrong.length}
jobs accepted ${jobs.accepted} (asked again ${ledger.notAccepted.length} times) · done ${jobs.done} · failed honestly ${jobs.failedHonestly} · lost ${lost.length} · doubled ${doubled.length}
longest takeover: a dead holder's home ${longest(takeovers.refused)} · a silent holder's ${longest(takeovers.silent)} · a dead worker's job ${longest(takeovers.jobs)}`);
for (const line of [...wrong, ...lost, ...doubled].slice(0, 40)) console.log(`  ! ${line}`);
const isClean = wrong.length + lost.length + doubled.length === 0;
if (!isClean) console.log(`what the processes said is in ${dir}`);
await cluster[Symbol.asyncDispose]();
await realHome?.[Symbol.asyncDispose]();
if (isClean && values.keep === undefined) await removeDataDir(dir);
process.exit(isClean ? 0 : 1);
