import { openDatabase, type SocketConnection } from '@hub/db/database.ts';
import { createDirectHome } from '@hub/ha/direct.ts';
import type { Home } from '@hub/ha/home.ts';
import { jobs } from '@hub/jobs/registry.gen.ts';
import { createQueue } from '@hub/queue/queue.ts';
import { createLogger } from '@hub/runtime/log.ts';

/** Where this process ends itself with SIGKILL: around the one command that begins the backup. */
export type KillMoment = 'before_send' | 'after_send' | 'after_answer' | 'never';

export interface WorkerOrder {
  readonly connection: SocketConnection;
  readonly url: string;
  readonly token: string;
  readonly kill: KillMoment;
}

/** A process of its own that runs jobs, as the hub does, until it is told to stop or kills itself. Order: JSON in argv. */
async function main(order: WorkerOrder): Promise<void> {
  const db = openDatabase({ ...order.connection, maxConnections: 4 });
  const direct = createDirectHome({ id: 'home', ...order, allowPrivateAddresses: true });
  const home = order.kill === 'never' ? direct : mortal(direct, order.kill);
  const queue = createQueue({
    db,
    jobs,
    log: createLogger({ name: 'worker', level: 'warn', to: 'stderr' }),
    workerId: `worker-${process.pid}`,
    concurrency: 2,
    isAlone: true,
    openHome: async () => home,
  });
  await queue.start();
  process.once('SIGTERM', async () => {
    await queue.stop(1_000);
    await direct.close();
    await db.destroy();
  });
  // Nothing else may keep this process up or let it go before it is told.
  process.stdin.resume();
  process.once('SIGTERM', () => process.stdin.destroy());
}

function mortal(home: Home, moment: KillMoment): Home {
  return {
    ...home,
    get info() {
      return home.info;
    },
    async send(command, options) {
      if (command.type !== 'backup/generate') return home.send(command, options);
      if (moment === 'before_send') die();
      const answer = home.send(command, options);
      // One turn of the event loop: the frame is with the system, its answer is not here yet.
      if (moment === 'after_send') setImmediate(die);
      await answer;
      return die();
    },
  };
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('still alive');
}

await main(JSON.parse(process.argv[2] ?? ''));
