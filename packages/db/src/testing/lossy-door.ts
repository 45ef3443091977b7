import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SocketConnection } from '../database.ts';

export interface LossyDoor extends AsyncDisposable {
  /** To the same database, by way of this door. */
  readonly connection: SocketConnection;
  /** From the next commit on, PostgreSQL gets what is sent and nobody hears its answer: the line breaks once it has answered. */
  loseNextCommit(): void;
}

/** A socket before PostgreSQL that can lose the answer to a commit, as a failover or a dead line does. */
export async function openLossyDoor(to: SocketConnection): Promise<LossyDoor> {
  const folder = await mkdtemp(join(tmpdir(), 'hub-door-'));
  const socketName = `.s.PGSQL.${to.port ?? 5432}`;
  let isArmed = false;
  const server = createServer((client) => {
    const postgres = connect(join(to.host, socketName));
    let isLosing = false;
    client.on('data', (bytes) => {
      if (isArmed && bytes.includes('commit')) [isArmed, isLosing] = [false, true];
      postgres.write(bytes);
    });
    postgres.on('data', (bytes) => (isLosing ? client.destroy() : client.write(bytes)));
    for (const [one, other] of [
      [client, postgres],
      [postgres, client],
    ] as const) {
      one.on('close', () => other.destroy());
      one.on('error', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(join(folder, socketName), resolve));
  return {
    connection: { ...to, host: folder },
    loseNextCommit() {
      isArmed = true;
    },
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
