import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallOptions, Home } from '@hub/ha/home.ts';

interface Clock {
  waiting: number;
  since: number;
  totalMs: number;
}

const clocks = new AsyncLocalStorage<Clock>();

/** Runs `work` and tells how long it waited for a home, overlapping waits counted once. */
export async function withUpstreamClock<T>(work: () => Promise<T>): Promise<{ value: T; upstreamMs: number }> {
  const clock: Clock = { waiting: 0, since: 0, totalMs: 0 };
  const value = await clocks.run(clock, work);
  return { value, upstreamMs: clock.totalMs };
}

export type OnHomeCall = (transport: 'ws' | 'rest', durationMs: number, isOk: boolean) => void;

/** The same home with every call to it measured, for the metric and for the clock of the tool call it belongs to. */
export function timedHome(home: Home, onCall: OnHomeCall): Home {
  const timed = async <T>(transport: 'ws' | 'rest', call: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const clock = clocks.getStore();
    if (clock && clock.waiting++ === 0) clock.since = started;
    let isOk = false;
    try {
      const value = await call();
      isOk = true;
      return value;
    } finally {
      const ended = performance.now();
      if (clock && --clock.waiting === 0) clock.totalMs += ended - clock.since;
      onCall(transport, ended - started, isOk);
    }
  };
  return {
    id: home.id,
    get info() {
      return home.info;
    },
    send: (command, options) => timed('ws', () => home.send(command, options)),
    subscribe: (command, onEvent, options) => timed('ws', () => home.subscribe(command, onEvent, options)),
    rest: (request, options) => timed('rest', () => home.rest(request, options)),
    supervisor: (request, options) => timed('rest', () => home.supervisor(request, options)),
    ready: (options?: CallOptions) => timed('ws', () => home.ready(options)),
    close: () => home.close(),
  };
}
