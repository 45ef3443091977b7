/**
 * A cluster of plain processes on this machine: `npm run cluster -- [--hubs 2] [--workers 2] [--port 9583] [--dir FOLDER]`.
 * PostgreSQL comes with the repository, Redis must be installed. The folder keeps database, keys and logs. Runs until Ctrl-C.
 */
import { once } from 'node:events';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Fault } from '@hub/core/fault.ts';
import { endWithReason } from '@hub/runtime/end-with-reason.ts';
import { findRedis } from '@hub/runtime/testing/redis-server.ts';
import { startCluster } from './cluster.ts';

const HELP = `npm run cluster -- [options]

  --hubs N      hubs behind the balancer (2)
  --workers N   workers that run jobs (2)
  --port N      where the balancer answers (9583)
  --dir FOLDER  keeps database, keys and logs (data/cluster)
  --help        this text

Stop it with Ctrl-C. The administration key is in FOLDER/secrets.json:
  HUB_URL=http://127.0.0.1:9583 HUB_ADMIN_KEY=… npm run hub -- tenants list
`;

const { values } = parseArgs({
  options: {
    hubs: { type: 'string', default: '2' },
    workers: { type: 'string', default: '2' },
    port: { type: 'string', default: '9583' },
    dir: { type: 'string', default: 'data/cluster' },
    help: { type: 'boolean', default: false },
  },
});

async function run(): Promise<void> {
  if (values.help) return void process.stdout.write(HELP);
  const [hubs, workers, port] = [values.hubs, values.workers, values.port].map(Number);
  if (
    !hubs ||
    !port ||
    workers === undefined ||
    [hubs, workers, port].some((one) => !Number.isInteger(one) || one < 0)
  ) {
    process.stderr.write(`cluster: --hubs, --workers and --port are whole numbers, and there is at least one hub\n`);
    process.exitCode = 2;
    return;
  }
  if (findRedis() === undefined) {
    process.stderr.write(
      'cluster: there is no redis-server on this machine; install it (Debian: apt install redis-server)\n',
    );
    process.exitCode = 1;
    return;
  }
  const dir = resolve(values.dir);
  // Heard from the beginning and to the end: a terminal, npm and the launcher each pass the same Ctrl-C on.
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  await using cluster = await startCluster({ dir, hubs, workers, port }).catch((error: unknown) => {
    // It ended what was just starting as well.
    if (stopping.signal.aborted) return undefined;
    throw isTaken(error) ? portTaken(port) : error;
  });
  if (!cluster || stopping.signal.aborted) return;
  const lines = [
    `The cluster is ready at ${cluster.url}`,
    ...[...cluster.hubs, ...cluster.workers].map(({ name, pid }) => `  ${name}  pid ${pid}, says ${dir}/${name}.log`),
    `Manage it: HUB_URL=${cluster.url} HUB_ADMIN_KEY=$(node -p "require('${dir}/secrets.json').adminKey") npm run hub -- tenants list`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  await once(stopping.signal, 'abort');
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

function portTaken(port: number): Fault {
  return new Fault('CONFIG_INVALID', `Port ${port} is taken, most likely by a hub that runs already.`, {
    suggestion: 'Stop that one, or choose another port: npm run cluster -- --port 9683',
  });
}

await endWithReason('cluster', run);
