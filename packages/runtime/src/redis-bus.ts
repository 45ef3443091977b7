import type { Redis } from 'ioredis';
import { type Bus, createSubscriptions } from './bus.ts';

export interface RedisBusSettings {
  /** For publishing. */
  readonly redis: Redis;
  /** A connection of its own, as listening takes all of one. */
  readonly listener: Redis;
  /** Keeps installations on one Redis apart. */
  readonly prefix: string;
}

/** Redis pub/sub. What is said while the listener is away is lost, and `onGap` tells so once it is back. */
export function createRedisBus({ redis, listener, prefix }: RedisBusSettings): Bus {
  const gapListeners = new Set<() => void>();
  const channelOf = (topic: string) => `${prefix}${topic}`;
  // A connection that is away subscribes when it comes back: `ready` goes through all topics.
  const ignore = () => undefined;
  const subscriptions = createSubscriptions((topic, isNew) => {
    if (listener.status !== 'ready') return;
    (isNew ? listener.subscribe(channelOf(topic)) : listener.unsubscribe(channelOf(topic))).catch(ignore);
  });
  const onReady = async () => {
    const channels = [...subscriptions.topics].map(channelOf);
    try {
      if (channels.length > 0) await listener.subscribe(...channels);
    } catch {
      // Half a subscription is none: dial again, and come back here.
      listener.disconnect(true);
      return;
    }
    for (const tell of [...gapListeners]) tell();
  };
  const onMessage = (channel: string, text: string) => {
    if (!channel.startsWith(prefix)) return;
    const message = parsed(text);
    if (message !== undefined) subscriptions.deliver(channel.slice(prefix.length), message.value);
  };
  listener.on('ready', onReady);
  listener.on('message', onMessage);
  if (listener.status === 'ready') void onReady();
  return {
    publish(topic, message) {
      redis.publish(channelOf(topic), JSON.stringify(message ?? null)).catch(ignore);
    },
    subscribe: subscriptions.add,
    onGap(tell) {
      gapListeners.add(tell);
      return () => void gapListeners.delete(tell);
    },
    async close() {
      listener.off('ready', onReady);
      listener.off('message', onMessage);
    },
  };
}

/** Whoever else writes to this Redis is no reason to fall over. */
function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
