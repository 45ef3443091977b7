import { Fault } from '@hub/core/fault.ts';
import type { Limiter } from '@hub/runtime/limiter.ts';

export interface TrafficSettings {
  /** Sustained calls per second of one connector and its burst. */
  readonly limiter: Limiter;
  /** Calls one connector may have running at once; generous beside what a person and a model do. */
  readonly maxInFlight: number;
}

/** Keeps one connector from starving the others. */
export interface Traffic {
  /** Takes a place; dispose it when the call ends. @throws Fault RATE_LIMITED with `retry_after_s` */
  enter(connectorId: string): Disposable;
  /** Calls running now, over all connectors. */
  readonly inFlight: number;
}

export function createTraffic({ limiter, maxInFlight }: TrafficSettings): Traffic {
  const running = new Map<string, number>();
  let inFlight = 0;
  return {
    get inFlight() {
      return inFlight;
    },
    enter(connectorId) {
      const own = running.get(connectorId) ?? 0;
      if (own >= maxInFlight) throw limited(`This connector already has ${own} calls running.`, 1_000);
      const permit = limiter.take(connectorId);
      if (!permit.isAllowed) throw limited('This connector calls faster than it may.', permit.retryAfterMs);
      running.set(connectorId, own + 1);
      inFlight++;
      let isOpen = true;
      return {
        [Symbol.dispose]() {
          if (!isOpen) return;
          isOpen = false;
          inFlight--;
          const left = (running.get(connectorId) ?? 1) - 1;
          if (left > 0) running.set(connectorId, left);
          else running.delete(connectorId);
        },
      };
    },
  };
}

function limited(message: string, retryAfterMs: number): Fault {
  const seconds = Math.ceil(retryAfterMs / 1_000);
  return new Fault('RATE_LIMITED', message, {
    suggestion: `Wait ${seconds} s, then go on more slowly.`,
    context: { retry_after_s: seconds },
  });
}
