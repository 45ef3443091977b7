import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Background, startBackground } from './background.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface ReplicaOptions {
  readonly name: string;
  readonly kind: 'hub' | 'worker';
  /** Of the repository; another checkout for another version. */
  readonly root?: string;
  readonly opsPort: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** One hub or worker of a cluster, whose address outlives its process. */
export interface Replica {
  readonly name: string;
  readonly kind: 'hub' | 'worker';
  readonly opsPort: number;
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** True while the process is there, ready or not. */
  readonly isUp: boolean;
  readonly pid: number;
  /** Starts it and resolves when it says that it is ready. @throws Error when it ended instead */
  start(root?: string): Promise<void>;
  /** Sends a signal without waiting. */
  signal(signal: NodeJS.Signals): void;
  /** Sends the signal and resolves when the process is gone. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

export function createReplica({ name, kind, root = ROOT, opsPort, env, logFile }: ReplicaOptions): Replica {
  const own = {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '/tmp',
    NODE_COMPILE_CACHE: join(ROOT, '.cache/compiled'),
    OPS_PORT: String(opsPort),
    ...env,
  };
  let running: Background | undefined;
  return {
    ...{ name, kind, opsPort, env, logFile },
    get isUp() {
      return running !== undefined;
    },
    get pid() {
      return running?.pid ?? 0;
    },
    async start(from = root) {
      const main = join(from, `services/${kind}/src/main.ts`);
      const one = startBackground(process.execPath, [main], logFile, { env: own });
      running = one;
      let isGone = false;
      void one.ended.then(() => {
        isGone = true;
        if (running === one) running = undefined;
      });
      // What any balancer or orchestrator does: ask until it says yes.
      while (!(await isReady(opsPort))) {
        if (isGone) throw new Error(`${name} ended instead of getting ready; see ${logFile}`);
        await delay(50);
      }
    },
    signal: (signal) => void running?.signal(signal),
    async end(signal) {
      const one = running;
      one?.signal(signal);
      await one?.ended;
    },
  };
}

/** What a balancer asks. */
export async function isReady(opsPort: number): Promise<boolean> {
  const probe = fetch(`http://127.0.0.1:${opsPort}/readyz`, { signal: AbortSignal.timeout(2_000) });
  return probe.then(
    (answer) => answer.ok,
    () => false,
  );
}
