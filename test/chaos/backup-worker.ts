import { createFolderStore } from '@hub/backup-store/folder-store.ts';
import type { BackupStore } from '@hub/backup-store/store.ts';
import { openDatabase, type SocketConnection } from '@hub/db/database.ts';
import { parseKeyRing } from '@hub/db/key-ring.ts';
import { openVault } from '@hub/db/vault.ts';
import { createDirectHome } from '@hub/ha/direct.ts';
import type { Home } from '@hub/ha/home.ts';
import { jobs } from '@hub/jobs/registry.gen.ts';
import { shelvesOf } from '@hub/queue/backup-shelf.ts';
import { createQueue } from '@hub/queue/queue.ts';
import { createLogger } from '@hub/runtime/log.ts';

/** Where this process ends itself with SIGKILL: around one command to the home, or on the way into the hub's store. */
export type KillMoment = 'before_send' | 'after_send' | 'after_answer' | StoreMoment | 'never';
export type StoreMoment = 'amid_put' | 'after_put' | 'after_read_back';

export interface WorkerOrder {
  readonly connection: SocketConnection;
  readonly url: string;
  readonly token: string;
  readonly kill: KillMoment;
  /** The command it dies around; the one that begins a backup unless told. */
  readonly killAt?: string;
  /** Where the hub keeps backups, and the key ring that opens its secrets. */
  readonly store?: { readonly folder: string; readonly keys: string };
}

/** A process of its own that runs jobs, as the hub does, until it is told to stop or kills itself. Order: JSON in argv. */
async function main(order: WorkerOrder): Promise<void> {
  const db = openDatabase({ ...order.connection, maxConnections: 4 });
  const direct = createDirectHome({ id: 'home', ...order, allowPrivateAddresses: true });
  const home = isOfHome(order.kill) ? mortal(direct, order) : direct;
  const queue = createQueue({
    db,
    jobs,
    log: createLogger({ name: 'worker', level: 'warn', to: 'stderr' }),
    workerId: `worker-${process.pid}`,
    concurrency: 2,
    isAlone: true,
    openHome: async () => home,
    ...(order.store && { shelfOf: shelvesOf({ db, ...storeOf(order.store, order.kill) }) }),
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

function isOfHome(moment: KillMoment): boolean {
  return ['before_send', 'after_send', 'after_answer'].includes(moment);
}

function mortal(home: Home, { kill: moment, killAt = 'backup/generate' }: WorkerOrder): Home {
  return {
    ...home,
    get info() {
      return home.info;
    },
    async send(command, options) {
      if (command.type !== killAt) return home.send(command, options);
      if (moment === 'before_send') die();
      const answer = home.send(command, options);
      // One turn of the event loop: the frame is with the system, its answer is not here yet.
      if (moment === 'after_send') setImmediate(die);
      await answer;
      return die();
    },
  };
}

function storeOf({ folder, keys }: { readonly folder: string; readonly keys: string }, moment: KillMoment) {
  const vault = openVault(parseKeyRing(keys));
  const store = createFolderStore(folder);
  const mortalStore: BackupStore = {
    ...store,
    async put(name, source, signal) {
      await store.put(name, moment === 'amid_put' ? dyingAfterFirst(source) : source, signal);
      if (moment === 'after_put') die();
    },
    async read(name, signal) {
      const back = await store.read(name, signal);
      if (moment === 'after_read_back') back.once('close', die);
      return back;
    },
  };
  return { vault, store: mortalStore };
}

async function* dyingAfterFirst(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const chunk of source) {
    // The header, and then the first piece, which is not whole on the disk yet.
    if (++count === 2) setImmediate(die);
    yield chunk;
  }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('still alive');
}

await main(JSON.parse(process.argv[2] ?? ''));
