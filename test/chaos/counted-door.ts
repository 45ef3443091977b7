import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A door before a home that counts who comes in and can cut every line. */
export interface CountedDoor extends AsyncDisposable {
  readonly url: string;
  /** TCP connections so far. */
  readonly count: () => number;
  cut(): void;
}

export async function openCountedDoor(homeUrl: string): Promise<CountedDoor> {
  const { hostname, port } = new URL(homeUrl);
  const open = new Set<Socket>();
  let count = 0;
  const server = createServer((client) => {
    count++;
    const home = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, home],
      [home, client],
    ] as const) {
      open.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    count: () => count,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
