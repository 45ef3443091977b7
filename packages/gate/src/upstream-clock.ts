import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallOptions, Home } from '@hub/ha/home.ts';
import { inSpan, SpanKind } from '@hub/runtime/spans.ts';
import { type HomeCallClass, type HomeCallOutcome, homeCallClass, homeCallOutcome } from './home-call-class.ts';

interface Clock {
  waiting: number;
  since: number;
  totalMs: number;
}

const clocks = new AsyncLocalStorage<Clock>();

/** Runs `work` and tells how long it waited for a home, overlapping waits counted once. Its wait is part of the wait of whoever called it. */
export async function withUpstreamClock<T>(work: () => Promise<T>): Promise<{ value: T; upstreamMs: number }> {
  const clock: Clock = { waiting: 0, since: 0, totalMs: 0 };
  const around = clocks.getStore();
  const value = await clocks.run(clock, work);
  if (around) around.totalMs += clock.totalMs;
  return { value, upstreamMs: clock.totalMs };
}

/** Adds a wait that was measured elsewhere: at the replica that holds the home. */
export function waitedElsewhere(ms: number): void {
  const clock = clocks.getStore();
  if (clock) clock.totalMs += ms;
}

/** What it takes is a wait for something else, and no work of the hub. */
export async function waitingFor<T>(work: () => Promise<T>): Promise<T> {
  const clock = clocks.getStore();
  if (clock && clock.waiting++ === 0) clock.since = performance.now();
  try {
    return await work();
  } finally {
    if (clock && --clock.waiting === 0) clock.totalMs += performance.now() - clock.since;
  }
}

export interface HomeCall {
  readonly transport: 'ws' | 'rest';
  readonly opClass: HomeCallClass;
  readonly outcome: HomeCallOutcome;
  readonly durationMs: number;
}

export type OnHomeCall = (call: HomeCall) => void;

/** The same home with every call to it measured, for the metric and for the clock of the tool call it belongs to. */
export function timedHome(home: Home, onCall: OnHomeCall): Home {
  const timed = <T>(transport: 'ws' | 'rest', opClass: HomeCallClass, call: () => Promise<T>): Promise<T> => {
    const facts = { kind: SpanKind.CLIENT, attributes: { 'hub.home.id': home.id } };
    return inSpan(`home ${transport} ${opClass}`, facts, () => measured(transport, opClass, call));
  };
  const measured = async <T>(transport: 'ws' | 'rest', opClass: HomeCallClass, call: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    let outcome: HomeCallOutcome = 'ok';
    try {
      return await waitingFor(call);
    } catch (error) {
      outcome = homeCallOutcome(error);
      throw error;
    } finally {
      onCall({ transport, opClass, outcome, durationMs: performance.now() - started });
    }
  };
  return {
    id: home.id,
    get info() {
      return home.info;
    },
    send: (command, options) => timed('ws', homeCallClass(command.type), () => home.send(command, options)),
    subscribe: (command, onEvent, options) => timed('ws', 'subscribe', () => home.subscribe(command, onEvent, options)),
    rest: (request, options) =>
      timed('rest', request.method === 'GET' ? 'read' : 'config', () => home.rest(request, options)),
    supervisor: (request, options) => timed('rest', 'supervisor', () => home.supervisor(request, options)),
    ready: (options?: CallOptions) => timed('ws', 'other', () => home.ready(options)),
    close: () => home.close(),
  };
}
