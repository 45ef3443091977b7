import type { ListKind, Surface } from './surface.ts';

type Listener = (kind: ListKind) => void;

/** List changes of one connector for its open streams. Listens to the surface only while somebody listens here. */
export interface ChangeFeed {
  subscribe(listener: Listener): () => void;
  publish(kind: ListKind): void;
  /** Follows a newer surface of the same connector. */
  follow(surface: Surface): void;
  close(): void;
}

export function changeFeed(first: Surface): ChangeFeed {
  const listeners = new Set<Listener>();
  let surface = first;
  let subscription: Disposable | undefined;

  const publish = (kind: ListKind) => {
    for (const listener of [...listeners]) listener(kind);
  };
  const listen = () => {
    subscription ??= surface.onListChanged(publish);
  };
  const close = () => {
    subscription?.[Symbol.dispose]();
    subscription = undefined;
  };
  return {
    publish,
    close,
    subscribe(listener) {
      listeners.add(listener);
      listen();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) close();
      };
    },
    follow(next) {
      if (next === surface) return;
      const hasOtherTools = listKeyOf(next) !== listKeyOf(surface);
      close();
      surface = next;
      if (listeners.size === 0) return;
      listen();
      if (hasOtherTools) publish('tools');
    },
  };
}

function listKeyOf(surface: Surface): unknown {
  return surface.listKey ?? surface.listTools();
}
