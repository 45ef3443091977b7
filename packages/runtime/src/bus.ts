type OnMessage = (message: unknown) => void;

/**
 * Tells other processes that something happened, as fast as it can and without promising that it arrives. Messages carry ids
 * and never secrets; the truth is in the database. A topic `replica:<id>` is heard by that one process.
 */
export interface Bus {
  /** Never throws and never waits. */
  publish(topic: string, message: unknown): void;
  /** Returns the function that ends it. */
  subscribe(topic: string, onMessage: OnMessage): () => void;
  /** Messages may have been missed: read again what they tell of. */
  onGap(listener: () => void): () => void;
  close(): Promise<void>;
}

export interface Subscriptions {
  readonly topics: ReadonlySet<string>;
  add(topic: string, onMessage: OnMessage): () => void;
  /** To everybody here who listens to the topic. */
  deliver(topic: string, message: unknown): void;
}

/** For a process that is alone: a message is heard in the same process, in the next turn. */
export function createMemoryBus(): Bus {
  const subscriptions = createSubscriptions(() => undefined);
  return {
    publish: (topic, message) => {
      const copy: unknown = JSON.parse(JSON.stringify(message ?? null));
      setImmediate(() => subscriptions.deliver(topic, copy));
    },
    subscribe: subscriptions.add,
    onGap: () => () => undefined,
    close: async () => undefined,
  };
}

/** Who listens to what in this process; `onTopics` hears of each topic that begins or ends to be listened to. */
export function createSubscriptions(onTopics: (topic: string, isNew: boolean) => void): Subscriptions {
  const listeners = new Map<string, Set<OnMessage>>();
  return {
    get topics() {
      return new Set(listeners.keys());
    },
    add(topic, onMessage) {
      const own = listeners.get(topic) ?? new Set();
      if (!listeners.has(topic)) {
        listeners.set(topic, own);
        onTopics(topic, true);
      }
      own.add(onMessage);
      return () => {
        if (!own.delete(onMessage) || own.size > 0) return;
        listeners.delete(topic);
        onTopics(topic, false);
      };
    },
    deliver(topic, message) {
      for (const one of [...(listeners.get(topic) ?? [])]) one(message);
    },
  };
}
