import { Fault } from '@hub/core/fault.ts';
import { exchange } from './exchange.ts';
import type { Command, SubscribeOptions, Subscription } from './home.ts';
import type { HaSocket } from './socket.ts';

/** What is subscribed at one home, over all its sockets in turn. */
export interface Subscriptions {
  readonly size: number;
  /** @throws Fault when the home does not take it */
  open(
    on: HaSocket,
    command: Command,
    onEvent: (event: unknown) => void,
    options: SubscribeOptions,
  ): Promise<Subscription>;
  /** Subscribes all again on a new socket. Every `onRenewed` has run when this returns, before it resolves. */
  renew(on: HaSocket): Promise<void>;
  /** Ends all, and tells their owners why: no more events come. */
  clear(fault: Fault): void;
}

interface Live {
  readonly command: Command;
  readonly onEvent: (event: unknown) => void;
  readonly options: SubscribeOptions;
  /** Where it lives now; undefined between two sockets. */
  at: { readonly on: HaSocket; readonly id: number } | undefined;
}

const CLOSE_MS = 5_000;

export function createSubscriptions(): Subscriptions {
  const all = new Set<Live>();

  function start(one: Live, on: HaSocket): Promise<unknown> {
    const { signal: _, ...options } = one.options;
    return exchange(on, one.command, { ...options, isWrite: false }, hooksOf(one, on));
  }

  async function restart(one: Live, on: HaSocket): Promise<void> {
    try {
      await start(one, on);
      // Closed while it was on its way: the socket calls off what nobody wants.
      if (!all.has(one) && one.at) on.forget(one.at.id);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // Lost again: the next socket brings it back. Anything else is the home's word on it.
      if (on.isOpen && all.delete(one)) one.options.onEnded?.(error);
    }
  }

  return {
    get size() {
      return all.size;
    },
    async open(on, command, onEvent, options) {
      const one: Live = { command, onEvent, options, at: undefined };
      await exchange(on, command, { ...options, isWrite: false }, hooksOf(one, on));
      all.add(one);
      return {
        async close() {
          if (!all.delete(one) || !one.at) return;
          const { on: now, id } = one.at;
          one.at = undefined;
          now.forget(id);
          if (!now.isOpen) return;
          const options = { isWrite: false, deadlineMs: CLOSE_MS };
          await exchange(now, { type: 'unsubscribe_events', subscription: id }, options).catch(() => undefined);
        },
      };
    },
    async renew(on) {
      const stale = [...all].filter((one) => one.at === undefined);
      for (const one of stale) one.options.onRenewed?.();
      await Promise.all(stale.map((one) => restart(one, on)));
    },
    clear(fault) {
      const ended = [...all];
      all.clear();
      for (const { options } of ended) options.onEnded?.(fault);
    },
  };
}

function hooksOf(one: Live, on: HaSocket) {
  return {
    onEvent: one.onEvent,
    onId: (id: number) => {
      one.at = { on, id };
    },
    onLost: () => {
      one.at = undefined;
    },
  };
}
