import { isReadCommand } from '@hub/ha/command-kinds.ts';
import type { CallOptions, Home, HttpRequest } from '@hub/ha/home.ts';

/** The same home for a caller that may be out of date: each write waits for `assertCurrent`, and leaves only if that does not throw. */
export function fencedHome(home: Home, assertCurrent: () => Promise<void>): Home {
  const fenced = async <T>(isWrite: boolean, call: () => Promise<T>): Promise<T> => {
    if (isWrite) await assertCurrent();
    return call();
  };
  const isHttpWrite = ({ method }: HttpRequest, { isWrite = method !== 'GET' }: CallOptions = {}) => isWrite;
  const isWsWrite = (type: string, { isWrite = !isReadCommand(type) }: CallOptions = {}) => isWrite;
  return {
    id: home.id,
    get info() {
      return home.info;
    },
    send: (command, options) => fenced(isWsWrite(command.type, options), () => home.send(command, options)),
    subscribe: (command, onEvent, options) =>
      fenced(isWsWrite(command.type, options), () => home.subscribe(command, onEvent, options)),
    rest: (request, options) => fenced(isHttpWrite(request, options), () => home.rest(request, options)),
    supervisor: (request, options) => fenced(isHttpWrite(request, options), () => home.supervisor(request, options)),
    ready: (options) => home.ready(options),
    close: () => home.close(),
  };
}
