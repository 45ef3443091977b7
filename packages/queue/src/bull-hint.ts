import type { Log } from '@hub/runtime/log.ts';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Hint } from './hint.ts';

export interface BullHintSettings {
  /** For giving hints: fails at once while Redis is away. */
  readonly redis: Redis;
  /** A connection of its own for waiting for hints; BullMQ asks for one without limits on retries. */
  openWaiting(): Redis;
  /** Keeps installations on one Redis apart. */
  readonly prefix: string;
  readonly log: Log;
}

const NAME = 'jobs';

/**
 * One BullMQ queue in which every hint is a job without content that reaches one worker, so that workers share the looking.
 * BullMQ keeps no truth: a hint is tried once and removed at its end, and Redis may forget all of them at any time.
 */
export function createBullHint({ redis, openWaiting, prefix, log }: BullHintSettings): Hint {
  const queue = new Queue(NAME, { connection: redis, prefix, skipVersionCheck: true });
  // Both speak of a Redis that is away, which its own connection has told already.
  const ignore = (error: Error) => log.debug({ err: error }, 'a hint could not be given or taken');
  queue.on('error', ignore);
  let waiting: { readonly worker: Worker; readonly connection: Redis } | undefined;
  return {
    give() {
      queue.add('look', {}, { attempts: 1, removeOnComplete: true, removeOnFail: true }).catch(ignore);
    },
    onHint(look) {
      const connection = openWaiting();
      const worker = new Worker(NAME, async () => look(), {
        connection,
        prefix,
        skipVersionCheck: true,
        concurrency: 1,
        // A hint whose worker died in between is made up for by the sweep.
        maxStalledCount: 0,
      });
      worker.on('error', ignore);
      waiting = { worker, connection };
    },
    async close() {
      await waiting?.worker.close(true).catch(ignore);
      waiting?.connection.disconnect();
      await queue.close().catch(ignore);
    },
  };
}
