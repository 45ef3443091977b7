import { Fault } from '@hub/core/fault.ts';
import { Redis } from 'ioredis';

/** Milliseconds any command may take: Redis is never worth waiting for longer, as the truth is elsewhere. */
const COMMAND_MS = 200;
const CONNECT_MS = 2_000;
const RETRY_AT_MOST_MS = 1_000;

export interface RedisSettings {
  /** `redis://` or `rediss://`, with user and password where needed. */
  readonly url: string;
  /** PEM; for a certificate that no public authority signed. */
  readonly ca?: string | undefined;
  /** Told once per loss, and not at each try. */
  onLost(error: Error | undefined): void;
  /** Told when commands are answered again, and the first time. */
  onReady(): void;
}

/**
 * A connection that is dialled again for ever and holds nobody up: without one, a command fails at once, with one that hangs
 * after 200 ms. Connects in the background.
 */
export function openRedis({ url, ca, onLost, onReady }: RedisSettings): Redis {
  const redis = new Redis(url, {
    commandTimeout: COMMAND_MS,
    connectTimeout: CONNECT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // What was sent before a loss may have been done; nothing of ours is repeated unasked.
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), RETRY_AT_MOST_MS),
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  let isReady = false;
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => {
    lastError = error;
  });
  redis.on('ready', () => {
    isReady = true;
    onReady();
  });
  let hasTold = false;
  redis.on('close', () => {
    if (!isReady && hasTold) return;
    [isReady, hasTold] = [false, true];
    onLost(lastError);
  });
  return redis;
}

/** One that waits as long as it takes, for those who wait for something to come: BullMQ's workers. */
export function openWaitingRedis({ url, ca }: Pick<RedisSettings, 'url' | 'ca'>): Redis {
  const redis = new Redis(url, {
    connectTimeout: CONNECT_MS,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), RETRY_AT_MOST_MS),
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  // Its losses are those of the other connections, which tell of them.
  redis.on('error', () => undefined);
  return redis;
}

/**
 * A Redis that throws keys away when it is full would lose hints and limits without a word.
 * @throws Fault CONFIG_INVALID when it may or does not let us ask; what cannot be asked now is asked at the next connection
 */
export async function assertEvictsNothing(redis: Redis): Promise<void> {
  const info = await redis.info('memory').catch((cause: unknown) => {
    if (cause instanceof Error && cause.message.startsWith('NOPERM')) throw notTold(cause);
    return '';
  });
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1];
  if (policy === undefined || policy === 'noeviction') return;
  throw new Fault('CONFIG_INVALID', `The Redis of REDIS_URL may throw keys away (maxmemory-policy ${policy}).`, {
    suggestion: [
      'Set it to noeviction: redis-cli config set maxmemory-policy noeviction, and in redis.conf for the next start.',
      'If other programs use it as a cache, give the hub a Redis of its own.',
    ],
  });
}

function notTold(cause: Error): Fault {
  return new Fault('CONFIG_INVALID', 'The user of REDIS_URL may not ask Redis whether it throws keys away.', {
    suggestion: 'Let it run INFO: redis-cli acl setuser NAME +info',
    cause,
  });
}
