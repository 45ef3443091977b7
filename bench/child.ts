import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A process of the bench's own that ends with it. */
export interface Child extends AsyncDisposable {
  /** Sends a message and resolves with the next one that comes back. @throws Error when the process ended instead */
  ask(message: object | string): Promise<unknown>;
  /** Sends a message without waiting for one. */
  tell(message: object): void;
  readonly pid: number;
}

/** Starts a script under the same Node. */
export function startChild(script: URL): Child {
  const child = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    tell: (message) => void child.send(message),
    async ask(message) {
      const answer = nextMessage(child);
      child.send(message);
      const first = await Promise.race([answer, ended.then(() => undefined)]);
      if (first === undefined) throw new Error(`${script.pathname} ended`);
      return first.message;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function nextMessage(child: ChildProcess): Promise<{ readonly message: unknown }> {
  const [message]: unknown[] = await once(child, 'message');
  return { message };
}
