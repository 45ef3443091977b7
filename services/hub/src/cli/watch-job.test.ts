import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runHere } from '../testing/run-cli.ts';

const ID = '01a22716-766a-707b-bfef-ec5c0be687e6';
const TENANT = {
  id: ID,
  slug: 'fjord',
  name: 'Fjord',
  state: 'active',
  maintenanceWindows: [],
  createdAt: '2026-11-29T12:00:00Z',
};
const JOB = {
  ...{ id: ID, kind: 'backup.create', state: 'running', attempt: 1, isCancelRequested: false },
  ...{ actor: { kind: 'operator' }, createdAt: '2026-11-29T12:00:00Z' },
};

/** A hub whose streams of the job are these, one after the other; the last word in each is whether it is the end. */
async function runAt(streams: readonly (readonly object[])[], isTty = false, words = ['jobs', 'watch', ID]) {
  let asked = 0;
  const server = createServer((request, response) => {
    if (!request.url?.endsWith('/events')) {
      const answer = request.method === 'POST' ? { status: 'running', job_id: ID } : { tenants: [TENANT] };
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    }
    const jobs = streams[asked++] ?? [];
    const events = jobs.map((job) => {
      const event = 'finishedAt' in job ? 'end' : 'progress';
      return `event: ${event}\ndata: ${JSON.stringify({ ...JOB, ...job })}\n\n`;
    });
    response.setHeader('content-type', 'text/event-stream').end(events.join(''));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { HUB_URL: `http://127.0.0.1:${port}`, HUB_ADMIN_KEY: 'key', NO_COLOR: '1' };
  const run = await runHere([...words, '--tenant', 'fjord'], { env, isTty });
  server.close();
  return { ...run, asked };
}

const at = (done: number) => ({ progress: { done, total: 10, message: `part ${done}` } });
const END = { state: 'done', finishedAt: '2026-11-29T13:00:00Z' };

it('a stream that is cut is taken up again as often as it takes, while the hub tells of the job', async () => {
  const { code, stderr, asked } = await runAt([[at(1)], [at(2)], [at(3)], [at(4)], [at(5)], [at(6)], [END]]);
  expect([code, asked]).toEqual([0, 7]);
  expect(stderr).toBe('10 % part 1\n20 % part 2\n30 % part 3\n40 % part 4\n50 % part 5\n60 % part 6\n');
}, 30_000);

it('streams that tell nothing end the watch', async () => {
  expect(await runAt([])).toMatchObject({ code: 1, asked: 5, stderr: expect.stringContaining('The job goes on') });
});

it('a terminal shows a bar that moves, and why a job is tried again', async () => {
  const error = { code: 'CONNECTION_FAILED', message: 'the home is away', suggestions: [] };
  const { stderr } = await runAt([[at(0), at(5), { ...at(5), state: 'queued', error }, END]], true);
  expect(stderr.split('\r\u001b[K').slice(1)).toEqual([
    `${'░'.repeat(30)}   0 % part 0`,
    `${'█'.repeat(15)}${'░'.repeat(15)}  50 % part 5`,
    `${'█'.repeat(15)}${'░'.repeat(15)}  50 % part 5; it is tried again after: the home is away`,
    '',
  ]);
});

it('one that is not due yet is told with its moment, and waited for', async () => {
  const beginsAt = '2026-11-30T01:30:00Z';
  const queued = { state: 'queued', attempt: 0, beginsAt };
  const { code, stderr, asked } = await runAt([[queued, queued], [queued], [at(1), END]]);
  expect([code, asked]).toEqual([0, 3]);
  expect(stderr).toMatch(/^begins 2026-1\d-\d\d \d\d:\d0 \(.+\)\n10 % part 1\n$/);
}, 30_000);

it('a hub that goes away amid a watched job leaves word that the job goes on, and how to follow it', async () => {
  const server = createServer((request, response) => {
    if (!request.url?.endsWith('/events')) {
      const answer = request.method === 'POST' ? { status: 'running', job_id: ID } : { tenants: [TENANT] };
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
    }
    response
      .setHeader('content-type', 'text/event-stream')
      .write(`event: progress\ndata: ${JSON.stringify(JOB)}\n\n`, () => {
        server.close();
        server.closeAllConnections();
      });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { HUB_URL: `http://127.0.0.1:${port}`, HUB_ADMIN_KEY: 'key' };
  const { code, stderr } = await runHere(['jobs', 'watch', ID, '--tenant', 'fjord'], { env });
  expect(code).toBe(1);
  expect(stderr).toContain('No hub answers');
  expect(stderr).toContain(`The job goes on when it runs again; follow it then: hub jobs watch ${ID}`);
});

it('a run over many homes is watched to its end, and ends with 1 unless all went well', async () => {
  const result = { done: 3, failed: 0, unknown: 0, homes: [] };
  const run = async (of: object) =>
    runAt([[at(1), { ...END, result: { ...result, ...of } }]], false, ['fleet', 'run', 'x']);
  expect(await run({})).toMatchObject({
    code: 0,
    stderr: '10 % part 1\n',
    stdout: expect.stringContaining('"done": 3'),
  });
  for (const of of [{ failed: 1 }, { unknown: 1 }, { stopped: 'too many' }]) expect((await run(of)).code).toBe(1);
});

it('Ctrl-C ends the watch and not the job, and says so', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response
      .setHeader('content-type', 'text/event-stream')
      .write(`event: progress\ndata: ${JSON.stringify({ ...JOB, ...at(3) })}\n\n`);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { ...process.env, HUB_URL: `http://127.0.0.1:${port}`, HUB_ADMIN_KEY: 'key' };
  const words = [join(import.meta.dirname, 'main.ts'), 'jobs', 'watch', ID, '--tenant', 'fjord'];
  const child = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    if (text.includes('part 3')) child.kill('SIGINT');
  });
  const [code] = await once(child, 'close');
  server.close();
  server.closeAllConnections();
  expect([code, asked]).toEqual([130, [`GET /api/tenants/fjord/jobs/${ID}/events`]]);
  expect(stderr).toBe(
    `30 % part 3\nThe job goes on. Follow it: hub jobs watch ${ID}; call it off: hub jobs cancel ${ID}\n`,
  );
}, 60_000);
