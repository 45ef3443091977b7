import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { newSecret } from '@hub/core/ids.ts';
import { newKeyRing } from '@hub/db/key-ring.ts';
import { type RedisServer, startRedisServer } from '@hub/runtime/testing/redis-server.ts';
import pg from 'pg';
import { steadyPort } from '../start-hub.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { type ClusterPostgres, startClusterPostgres } from './postgres.ts';
import { makePostgresDoor, type PostgresDoor } from './postgres-door.ts';
import { createReplica, type Replica } from './replica.ts';

export interface ClusterOptions {
  /** Keeps the database, the keys and what each process said. */
  readonly dir: string;
  readonly hubs: number;
  readonly workers: number;
  /** Of the balancer; any free one unless told. */
  readonly port?: number | undefined;
  readonly env?: Readonly<Record<string, string>>;
  /** The first hub reaches PostgreSQL through a door of its own. */
  readonly hasDoor?: boolean;
  /** Another checkout, for another version of the code. */
  readonly root?: string;
}

/** PostgreSQL, Redis, hubs, workers and a balancer as plain processes of this machine. */
export interface Cluster extends AsyncDisposable {
  readonly url: string;
  readonly adminKey: string;
  readonly postgres: ClusterPostgres;
  /** Of the first hub alone; undefined where none was asked for. */
  readonly door: PostgresDoor | undefined;
  readonly redis: RedisServer;
  readonly balancer: Balancer;
  readonly hubs: readonly Replica[];
  readonly workers: readonly Replica[];
  /** The hub that has the link of a home, by its slug. */
  holderOf(slug: string): Promise<Replica | undefined>;
  /** A home whose link this hub has, by its slug, but not the one of this name; undefined when it has none. */
  aHomeOf(hub: Replica, notNamed?: string): Promise<string | undefined>;
  /** What a worker runs, by the id it said at its start. */
  jobsOf(workerId: string): Promise<readonly RunningJob[]>;
  hasNewAttempt(job: RunningJob): Promise<boolean>;
  /** Takes a hub from the balancer's list, as a balancer does that finds it not ready; `show` puts it back. */
  hide(hub: Replica): void;
  show(hub: Replica): void;
  /** Past the hubs: a statement of the hub's own role over the rows of all tenants. */
  query<T extends object>(text: string, ...parameters: readonly unknown[]): Promise<readonly T[]>;
  /** Where this hub answers by itself. */
  readonly addressOf: (hub: Replica) => string;
}

export interface RunningJob {
  readonly id: string;
  readonly attempt: number;
}

/** Starts one after the other and resolves when all are ready; ends those that run when one does not. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { dir, hubs, workers, env = {}, hasDoor = false, root } = options;
  await mkdir(dir, { recursive: true, mode: 0o711 });
  await using open = new AsyncDisposableStack();
  const postgres = open.use(await startClusterPostgres(dir));
  const door = hasDoor ? open.use(await makePostgresDoor(postgres.url)) : undefined;
  const redis = open.use(await startRedisServer(await steadyPort()));
  const { keys, adminKey } = await readSecrets(join(dir, 'secrets.json'));
  const port = options.port ?? (await steadyPort());
  const shared = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    HUB_KEYS: keys,
    HUB_ADMIN_KEY: adminKey,
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    TRUSTED_PROXIES: '127.0.0.1/32',
    ALLOW_PRIVATE_ADDRESSES: 'true',
    ...env,
  };
  const ports = new Map<Replica, number>();
  const all: Replica[] = [];
  open.defer(async () => void (await Promise.all(all.map((replica) => replica.end('SIGTERM')))));
  for (let number = 1; number <= hubs; number++) {
    const [own, internal] = [await steadyPort(), await steadyPort()];
    const replica = await createOne(dir, root, 'hub', number, {
      ...shared,
      ...(door && number === 1 && { DATABASE_URL: door.url }),
      PORT: String(own),
      INTERNAL_HOST: '127.0.0.1',
      INTERNAL_PORT: String(internal),
      INTERNAL_ADDRESS: `127.0.0.1:${internal}`,
    });
    ports.set(replica, own);
    all.push(replica);
    // One after the other, so that the first brings the database up to date.
    await replica.start();
  }
  for (let number = 1; number <= workers; number++) all.push(await createOne(dir, root, 'worker', number, shared));
  const [hubList, workerList] = [all.filter(({ kind }) => kind === 'hub'), all.filter(({ kind }) => kind === 'worker')];
  await Promise.all(workerList.map((worker) => worker.start()));
  const hidden = new Set<Replica>();
  const query = <T extends object>(text: string, ...parameters: readonly unknown[]) =>
    ask<T>(postgres.url, text, parameters);
  const upPorts = () => hubList.flatMap((hub) => (hub.isUp && !hidden.has(hub) ? [ports.get(hub) ?? 0] : []));
  const balancer = open.use(await startBalancer(port, upPorts));
  const owned = open.move();
  return {
    ...{ url: balancer.url, adminKey, postgres, door, redis, balancer, hubs: hubList, workers: workerList, query },
    async holderOf(slug) {
      const [row] = await query<{ address: string }>(
        `select r.address from home h join home_holder held on held.home_id = h.id join replica r on r.id = held.replica_id
         where h.slug = $1`,
        slug,
      );
      return hubList.find(({ env: own }) => row !== undefined && own['INTERNAL_ADDRESS'] === row.address);
    },
    async aHomeOf(hub, notNamed = '') {
      const [row] = await query<{ slug: string }>(
        `select h.slug from home h join home_holder held on held.home_id = h.id join replica r on r.id = held.replica_id
         where r.address = $1 and h.name <> $2 limit 1`,
        hub.env['INTERNAL_ADDRESS'],
        notNamed,
      );
      return row?.slug;
    },
    jobsOf: (workerId) =>
      query<RunningJob>(`select id, attempt from job where worker = $1 and state = 'running'`, workerId),
    async hasNewAttempt({ id, attempt }) {
      const [row] = await query<{ is: boolean }>(
        `select attempt > $2 or state <> 'running' and finished_at is not null as is from job where id = $1`,
        id,
        attempt,
      );
      return row?.is ?? true;
    },
    hide: (hub) => void hidden.add(hub),
    show: (hub) => void hidden.delete(hub),
    addressOf: (hub) => `http://127.0.0.1:${ports.get(hub)}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function createOne(
  dir: string,
  root: string | undefined,
  kind: Replica['kind'],
  number: number,
  env: Readonly<Record<string, string>>,
): Promise<Replica> {
  const name = `${kind}-${number}`;
  const dataDir = join(dir, name);
  return createReplica({
    ...{ name, kind, opsPort: await steadyPort(), logFile: join(dir, `${name}.log`) },
    env: { ...env, DATA_DIR: dataDir },
    ...(root === undefined ? {} : { root }),
  });
}

interface Secrets {
  readonly keys: string;
  readonly adminKey: string;
}

/** Made once: what the database holds is sealed by them. */
async function readSecrets(file: string): Promise<Secrets> {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as Secrets;
  const made = { keys: newKeyRing(), adminKey: newSecret() };
  await writeFile(file, JSON.stringify(made), { mode: 0o600 });
  return made;
}

/** Asked again while the database is away. */
async function ask<T extends object>(url: string, text: string, parameters: readonly unknown[]): Promise<readonly T[]> {
  for (let tries = 0; ; tries++) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query("select set_config('hub.door', 'system', false)");
      return (await client.query<T>(text, [...parameters])).rows;
    } catch (error) {
      if (tries > 100) throw error;
      await delay(100);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
