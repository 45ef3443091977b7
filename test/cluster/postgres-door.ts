import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A way to PostgreSQL for one process alone, which can be shut. */
export interface PostgresDoor extends AsyncDisposable {
  /** Of the same database, by way of this door. */
  readonly url: string;
  /** Ends the lines that go through it and refuses new ones. */
  shut(): void;
  open(): void;
}

const SOCKET = '.s.PGSQL.5432';

export async function makePostgresDoor(postgresUrl: string): Promise<PostgresDoor> {
  const url = new URL(postgresUrl);
  const home = url.searchParams.get('host') ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'hub-door-'));
  url.searchParams.set('host', folder);
  const lines = new Set<Socket>();
  let isShut = false;
  const server = createServer((client) => {
    if (isShut) return void client.destroy();
    const postgres = connect(join(home, SOCKET));
    for (const [one, other] of [
      [client, postgres],
      [postgres, client],
    ] as const) {
      lines.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        lines.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(join(folder, SOCKET), resolve));
  const cut = () => {
    for (const line of lines) line.destroy();
  };
  return {
    url: url.href,
    shut() {
      isShut = true;
      cut();
    },
    open() {
      isShut = false;
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
