import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Child } from '../../../bench/child.ts';
import { callTool } from '../../ask-hub.ts';
import type { Cluster } from '../../cluster/cluster.ts';
import type { Replica } from '../../cluster/replica.ts';
import type { ChaosRealHome } from './real-home.ts';

export interface Takeovers {
  /** Milliseconds from the death of a holder until one of its homes answered through another replica. */
  readonly refused: number[];
  /** The same for one that fell silent and kept its address. */
  readonly silent: number[];
  /** From the death of a worker until another attempt of its job had begun. */
  readonly jobs: number[];
}

export interface MonkeyOptions {
  readonly cluster: Cluster;
  readonly homes: Pick<Child, 'tell'>;
  readonly realHome: Pick<ChaosRealHome, 'address' | 'cut' | 'restart'> | undefined;
  /** A connector URL as `cluster.url` gives it. */
  readonly url: string;
  readonly signal: AbortSignal;
  say(line: string): void;
}

const BETWEEN_MS = 4_000;
const GIVE_UP_MS = 30_000;

/** Breaks one thing after the other until the signal aborts, and leaves everything running. */
export async function breakThings(options: MonkeyOptions): Promise<Takeovers> {
  const { cluster, homes, realHome, signal, say } = options;
  const takeovers: Takeovers = { refused: [], silent: [], jobs: [] };
  const { redis, postgres } = cluster;
  let restarting: Promise<void> | undefined;
  const tricks: Readonly<Record<string, () => Promise<unknown>>> = {
    'kill a hub': () => killHub(options, takeovers),
    'kill a worker': () => killWorker(options, takeovers),
    'empty Redis': () => redis.flush(),
    'silence a hub': () => silenceHub(options, takeovers),
    'cut all homes': async () => {
      homes.tell({ cut: true });
      realHome?.cut();
    },
    'crash PostgreSQL': () => postgres.restart('SIGQUIT', 500),
    'kill another worker': () => killWorker(options, takeovers),
    'restart Redis': async () => {
      await redis.kill();
      await delay(2_000);
      await redis.start();
    },
    'kill another hub': () => killHub(options, takeovers),
    'restart all homes': async () => {
      homes.tell({ restart: 2_000 });
      // Takes longer than what is broken next.
      restarting = realHome?.restart();
      restarting?.catch(() => undefined);
    },
    'hang Redis': async () => {
      redis.pause();
      await delay(3_000);
      redis.resume();
    },
    'restart PostgreSQL': () => postgres.restart('SIGINT', 1_000),
  };
  const deck = Object.entries(tricks);
  for (let turn = 0; !signal.aborted; turn++) {
    const [name, play] = deck[turn % deck.length] ?? [];
    say(name ?? '');
    await play?.();
    await delay(BETWEEN_MS, undefined, { signal }).catch(() => undefined);
  }
  await restarting;
  return takeovers;
}

async function killHub(options: MonkeyOptions, { refused }: Takeovers): Promise<void> {
  const { victim, home } = await chooseHub(options);
  await victim.end('SIGKILL');
  if (home !== undefined) refused.push(await untilServed(options, home, victim));
  await victim.start();
}

/** A hub that hangs: it keeps its address, takes connections and says nothing. */
async function silenceHub(options: MonkeyOptions, { silent }: Takeovers): Promise<void> {
  const { cluster } = options;
  const { victim, home } = await chooseHub(options);
  cluster.hide(victim);
  victim.signal('SIGSTOP');
  if (home !== undefined) silent.push(await untilServed(options, home, victim));
  victim.signal('SIGCONT');
  cluster.show(victim);
}

async function killWorker({ cluster }: MonkeyOptions, { jobs }: Takeovers): Promise<void> {
  const victim = pick(cluster.workers);
  const [workerId] = [...(await readFile(victim.logFile, 'utf8')).matchAll(/"workerId":"([0-9a-f-]+)"/g)]
    .slice(-1)
    .map(([, id]) => id);
  const startedAt = performance.now();
  await victim.end('SIGKILL');
  const orphans = workerId === undefined ? [] : await cluster.jobsOf(workerId);
  const restarting = victim.start();
  for (const job of orphans.slice(0, 1)) {
    while (!(await cluster.hasNewAttempt(job)) && performance.now() - startedAt < GIVE_UP_MS) await delay(50);
    jobs.push(performance.now() - startedAt);
  }
  await restarting;
}

/** One that has homes, and one of those; the real home may be restarting and say nothing about hubs. */
async function chooseHub({ cluster, realHome }: MonkeyOptions): Promise<{ victim: Replica; home: string | undefined }> {
  const found = await Promise.all(
    cluster.hubs.map(async (victim) => ({ victim, home: await cluster.aHomeOf(victim, realHome?.address.name) })),
  );
  const holders = found.filter(({ home }) => home !== undefined);
  return pick(holders.length > 0 ? holders : found);
}

/** Asks one home through another hub until it answers; says what it was told before, and when. */
async function untilServed({ cluster, url, say }: MonkeyOptions, home: string, victim: Replica): Promise<number> {
  const startedAt = performance.now();
  const elapsed = () => Math.round(performance.now() - startedAt);
  const others = cluster.hubs.filter((hub) => hub !== victim && hub.isUp);
  const told: string[] = [];
  while (elapsed() < GIVE_UP_MS) {
    const at = url.replace(cluster.url, cluster.addressOf(pick(others)));
    const args = { home, ws_command: 'get_config' };
    const askedAt = elapsed();
    const refusal = await callTool(at, 'ha_call_service', args, AbortSignal.timeout(GIVE_UP_MS)).then(
      ({ fault }) => fault && `${fault.code} ${fault.message}`,
      String,
    );
    if (refusal === undefined) break;
    told.push(`    ${askedAt} to ${elapsed()} ms: ${refusal.slice(0, 120)}`);
    await delay(25);
  }
  const tookMs = elapsed();
  say([`  ${home} answers through another hub after ${tookMs} ms`, ...told].join('\n'));
  return tookMs;
}

function pick<T>(list: readonly T[]): T {
  const one = list[Math.floor(Math.random() * list.length)];
  if (one === undefined) throw new Error('there is nothing to pick from');
  return one;
}
