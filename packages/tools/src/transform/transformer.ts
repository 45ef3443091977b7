import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Fault } from '@hub/core/fault.ts';
import type { Outcome } from './run-program.ts';
import type { TransformReply } from './transform-worker.ts';

export interface TransformerSettings {
  /** Threads at most; each starts when first needed. */
  readonly threads: number;
  /** For one program, from its start to its end; neither waiting nor the start of a thread counts. */
  readonly deadlineMs: number;
  /** Calls that may wait for a thread. */
  readonly maxWaiting: number;
}

export interface Transformer {
  /**
   * Runs Python source on a JSON value named `config` and gives back what `config` is then.
   * @throws Fault VALIDATION_FAILED (`Expression validation failed: …`, `Expression raised at runtime: …`), SANDBOX_LIMIT_EXCEEDED,
   * RATE_LIMITED when too many wait, CANCELLED
   */
  transform(config: unknown, source: string, options?: { readonly signal?: AbortSignal }): Promise<unknown>;
  /** Ends all threads; calls under way fail with CANCELLED. */
  close(): Promise<void>;
}

export const DEFAULT_TRANSFORMER: TransformerSettings = { threads: 2, deadlineMs: 5_000, maxWaiting: 100 };

/** The program counts what it makes and stops at 64 MB; this is the second fence, for what it does not see. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 32, stackSizeMb: 4 };

/** Its own limits and nothing of ours: neither our variables, which hold secrets, nor the flags we were started with. */
const ISOLATION = { resourceLimits: RESOURCE_LIMITS, env: {}, execArgv: [] };

/** Beside this file, with its ending: `.ts` in a checkout, `.js` after a build. */
const WORKER = new URL(`./transform-worker${extname(import.meta.url)}`, import.meta.url);

interface Call {
  readonly configText: string;
  readonly source: string;
  readonly settle: (result: Outcome | Fault | Error) => void;
}

interface Thread {
  readonly worker: Worker;
  isReady: boolean;
  call: Call | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** A few threads that run one program each at a time, so that a loop without end holds up neither this thread nor other calls. */
export function createTransformer(settings: TransformerSettings = DEFAULT_TRANSFORMER): Transformer {
  const threads = new Set<Thread>();
  const waiting: Call[] = [];
  let isClosed = false;

  /** Takes the thread's call off it. The thread itself never keeps the process alive, work in hand does. */
  const release = (thread: Thread): Call | undefined => {
    const { call } = thread;
    clearTimeout(thread.timer);
    thread.call = undefined;
    thread.worker.unref();
    return call;
  };
  const discard = (thread: Thread, reason: Fault | Error) => {
    threads.delete(thread);
    release(thread)?.settle(reason);
    void thread.worker.terminate();
    dispatch();
  };
  const startClock = (thread: Thread) => {
    thread.timer = setTimeout(() => discard(thread, tooLong(settings.deadlineMs)), settings.deadlineMs);
  };
  const onReply = (thread: Thread, reply: TransformReply) => {
    if (reply === 'ready') {
      thread.isReady = true;
      if (thread.call !== undefined) startClock(thread);
      return;
    }
    release(thread)?.settle(reply);
    // After an overrun the heap is full of rubbish; a new thread is cheaper than its collection.
    if (reply.kind === 'overrun') discard(thread, cancelled());
    dispatch();
  };
  const startThread = (): Thread => {
    const thread: Thread = { worker: new Worker(WORKER, ISOLATION), isReady: false, call: undefined, timer: undefined };
    thread.worker.on('message', (reply: TransformReply) => onReply(thread, reply));
    thread.worker.on('error', (error) => discard(thread, outOfMemory(error)));
    thread.worker.on(
      'exit',
      () => threads.has(thread) && discard(thread, new Error('a transformation thread ended unasked')),
    );
    threads.add(thread);
    return thread;
  };
  const freeThread = (): Thread | undefined => {
    const idle = [...threads].find(({ call }) => call === undefined);
    return idle ?? (threads.size < settings.threads ? startThread() : undefined);
  };
  const dispatch = () => {
    while (waiting.length > 0) {
      const thread = freeThread();
      const call = thread && waiting.shift();
      if (thread === undefined || call === undefined) return;
      thread.call = call;
      thread.worker.ref();
      if (thread.isReady) startClock(thread);
      thread.worker.postMessage({ configText: call.configText, source: call.source });
    }
  };
  const abandon = (call: Call, reason: Fault) => {
    const place = waiting.indexOf(call);
    if (place >= 0) waiting.splice(place, 1);
    const thread = [...threads].find((one) => one.call === call);
    if (thread !== undefined) discard(thread, reason);
    call.settle(reason);
  };
  const run = (configText: string, source: string, signal: AbortSignal | undefined): Promise<Outcome> => {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const onAbort = () => abandon(call, cancelled());
    const settle = (result: Outcome | Error) => {
      signal?.removeEventListener('abort', onAbort);
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    const call: Call = { configText, source, settle };
    signal?.addEventListener('abort', onAbort, { once: true });
    waiting.push(call);
    dispatch();
    return promise;
  };
  return {
    transform: async (config, source, { signal } = {}) => {
      if (isClosed || signal?.aborted) throw cancelled();
      if (waiting.length >= settings.maxWaiting) throw tooMany();
      return resultOf(await run(JSON.stringify(config ?? null), source, signal));
    },
    close: async () => {
      isClosed = true;
      for (const call of waiting.splice(0)) call.settle(cancelled());
      const ended = [...threads].map(({ worker }) => worker.terminate());
      for (const thread of [...threads]) discard(thread, cancelled());
      await Promise.all(ended);
    },
  };
}

function resultOf(outcome: Outcome): unknown {
  if (outcome.kind === 'done') return JSON.parse(outcome.configText);
  if (outcome.kind === 'overrun') throw overLimit(outcome.message);
  const isRefused = outcome.kind === 'refused';
  const message = `${isRefused ? 'Expression validation failed' : 'Expression raised at runtime'}: ${outcome.message}`;
  throw new Fault('VALIDATION_FAILED', message, {
    suggestion: isRefused
      ? 'Use assignments, del, if, for, comprehensions, lambda and the listed methods and builtins on `config`; nothing else is available'
      : 'Read the configuration again and check the keys and positions the transformation uses',
    context: { parameter: 'python_transform' },
  });
}

function overLimit(message: string): Fault {
  return new Fault('SANDBOX_LIMIT_EXCEEDED', `The transformation was stopped: ${message}`, {
    suggestion: 'Make the transformation smaller, or send the whole configuration instead',
    context: { parameter: 'python_transform' },
  });
}

function tooLong(deadlineMs: number): Fault {
  return overLimit(`it ran longer than ${deadlineMs / 1000} s`);
}

function outOfMemory(error: unknown): Fault | Error {
  const isMemory = error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  if (isMemory) return overLimit('it used too much memory');
  return error instanceof Error ? error : new Error('a transformation thread failed', { cause: error });
}

function cancelled(): Fault {
  return new Fault('CANCELLED', 'the transformation was cancelled');
}

function tooMany(): Fault {
  return new Fault('RATE_LIMITED', 'too many transformations are waiting', {
    suggestion: 'Try again in a few seconds',
  });
}
