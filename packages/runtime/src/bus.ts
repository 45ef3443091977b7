export interface BusMessage {
  readonly topic: string;
  /** Replica that published it. */
  readonly from: string;
  /** JSON data as another process would receive it: parse before use. */
  readonly body: unknown;
}

/**
 * Tells other replicas that something happened. Delivery is best effort and at most once: whoever must not miss a thing keeps
 * it in PostgreSQL and treats a message as a hint to look there.
 */
export interface Bus {
  readonly replicaId: string;
  /** To every replica's subscribers of the topic, this one included; with `to`, to those of that replica alone. Never waits. */
  publish(topic: string, body: unknown, to?: string): void;
  /** Calls `onMessage` for each message, in the order one replica published them; returns how to stop. */
  subscribe(topic: string, onMessage: (message: BusMessage) => void): () => void;
  close(): Promise<void>;
}

/** What replicas in one process share; each joins under its own id. */
export interface MemoryBus {
  join(replicaId: string): Bus;
}

interface Subscription {
  readonly replicaId: string;
  readonly topic: string;
  readonly onMessage: (message: BusMessage) => void;
}

/** A bus inside one process. `onError` hears of subscribers that throw; the others still get the message. */
export function createMemoryBus(onError: (error: unknown, topic: string) => void): MemoryBus {
  const subscriptions = new Set<Subscription>();

  const deliver = (text: string, topic: string, from: string, to: string | undefined) => {
    for (const one of [...subscriptions]) {
      if (one.topic !== topic || (to !== undefined && one.replicaId !== to) || !subscriptions.has(one)) continue;
      try {
        const body: unknown = JSON.parse(text);
        one.onMessage({ topic, from, body });
      } catch (error) {
        onError(error, topic);
      }
    }
  };
  const join = (replicaId: string): Bus => {
    const own = new Set<Subscription>();
    let isOpen = true;
    return {
      replicaId,
      publish: (topic, body, to) => {
        const text = JSON.stringify(body ?? null);
        if (isOpen) setImmediate(deliver, text, topic, replicaId, to);
      },
      subscribe: (topic, onMessage) => {
        const subscription = { replicaId, topic, onMessage };
        if (isOpen) for (const set of [own, subscriptions]) set.add(subscription);
        return () => {
          for (const set of [own, subscriptions]) set.delete(subscription);
        };
      },
      close: async () => {
        isOpen = false;
        for (const subscription of own) subscriptions.delete(subscription);
        own.clear();
      },
    };
  };
  return { join };
}
