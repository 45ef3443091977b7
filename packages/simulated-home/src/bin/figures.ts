/**
 * Prints what many simulated homes cost: `node src/bin/figures.ts [homes] [listening]`.
 * Homes run in this process, their clients in a child, so that memory and CPU are the homes' own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { jsonOf, recordOf } from '../read.ts';
import { startSimulatedHomes } from '../simulated-homes.ts';

const size = { entities: 500, devices: 60, automations: 40, eventsPerSecond: 2 };
const watchMs = 10_000;
let frames = 0;

async function link(url: string, number: number, isListening: boolean): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/websocket`, { perMessageDeflate: false });
  const send = (message: object) => socket.send(JSON.stringify(message));
  const { promise, resolve } = Promise.withResolvers<void>();
  const greet = () => {
    if (isListening) send({ id: 1, type: 'config/entity_registry/list' });
    if (isListening) send({ id: 2, type: 'subscribe_entities' });
    send({ id: 3, type: 'ping' });
  };
  const answers = new Map<unknown, () => void>([
    ['auth_required', () => send({ type: 'auth', access_token: `simulated-${number}` })],
    ['auth_ok', greet],
    ['pong', resolve],
  ]);
  socket.on('message', (data: Buffer) => {
    frames += 1;
    const message = data.length < 1000 ? recordOf(jsonOf(data.toString())) : {};
    answers.get(message['type'])?.();
  });
  await promise;
}

async function clients(url: string, homes: number, listening: number): Promise<void> {
  const startedMs = performance.now();
  for (let from = 0; from < homes; from += 50) {
    const some = Array.from({ length: Math.min(50, homes - from) }, (_, at) =>
      link(url, from + at, from + at < listening),
    );
    await Promise.all(some);
  }
  process.send?.({ linkedMs: Math.round(performance.now() - startedMs) });
  const before = frames;
  await wait(watchMs);
  process.send?.({ eventsPerSecond: Math.round((frames - before) / (watchMs / 1000)) });
}

function rssMb(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}

async function homes(count: number, listening: number): Promise<void> {
  const emptyMb = rssMb();
  const startedMs = performance.now();
  const running = await startSimulatedHomes(count, size);
  console.log(`${count} homes of ${JSON.stringify(size)}`);
  console.log(`start: ${Math.round(performance.now() - startedMs)} ms, ${rssMb() - emptyMb} MB over ${emptyMb} MB`);
  const child = fork(import.meta.filename, ['--clients', running.url, String(count), String(listening)]);
  const [linked]: unknown[] = await once(child, 'message');
  console.log(`all linked, ${listening} of them listening:`, linked, `${rssMb() - emptyMb} MB over ${emptyMb} MB`);
  const cpuBefore = process.cpuUsage();
  const [seen]: unknown[] = await once(child, 'message');
  const { user, system } = process.cpuUsage(cpuBefore);
  console.log(
    'events seen:',
    seen,
    `CPU ${Math.round((user + system) / watchMs / 10)} % of one core, ${rssMb() - emptyMb} MB over`,
  );
  child.kill();
  await running.close();
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--clients') await clients(rest[0] ?? '', Number(rest[1]), Number(rest[2]));
else await homes(Number(first ?? 1000), Number(rest[0] ?? 100));
