import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PATHS = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'];

/** Where Redis is on this machine; undefined when there is none. */
export function findRedis(): string | undefined {
  return PATHS.find((path) => existsSync(path));
}

/** A Redis of its own that keeps nothing on disk; its address outlives its process. */
export interface RedisServer extends AsyncDisposable {
  readonly url: string;
  /** Throws all keys away. */
  flush(): Promise<void>;
  /** Ends it with -9; connections are refused. */
  kill(): Promise<void>;
  /** An empty one at the same address. */
  start(): Promise<void>;
  /** Takes connections and says nothing, until `resume`. */
  pause(): void;
  resume(): void;
}

/** @throws Error where Redis is not installed */
export async function startRedisServer(
  port: number,
  policy = 'noeviction',
  more: readonly string[] = [],
): Promise<RedisServer> {
  const path = findRedis();
  if (path === undefined) throw new Error(`no Redis on this machine; looked at ${PATHS.join(', ')}`);
  const dir = await mkdtemp(join(tmpdir(), 'hub-redis-'));
  const launch = async () => {
    const settings = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', dir];
    const child = spawn(path, [...settings, '--maxmemory-policy', policy, ...more], { stdio: 'ignore' });
    while ((await ask(port, 'PING').catch(() => '')) !== '+PONG') {
      if (child.exitCode !== null) throw new Error(`Redis ended with ${child.exitCode}`);
      await delay(20);
    }
    return child;
  };
  let server = await launch();
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    async flush() {
      await ask(port, 'FLUSHALL');
    },
    kill,
    async start() {
      server = await launch();
    },
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** One inline command; resolves with the first line of its answer. */
async function ask(port: number, command: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  socket.write(`${command}\r\n`);
  try {
    for await (const chunk of socket) return String(chunk).split('\r\n')[0] ?? '';
    throw new Error('Redis said nothing');
  } finally {
    socket.destroy();
  }
}
