import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EFFECTS } from '@hub/core/effect.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { addConnector, addHome, FIRST_TENANT, openAdmin } from '../admin.ts';
import { bestPracticeKey, callTool, rpc } from '../ask-hub.ts';
import { type RunningHub, startHub } from '../start-hub.ts';
import { dice } from './dice.ts';
import { complaint } from './judge.ts';
import type { Schema } from './near-arguments.ts';
import { answersIn, rawBytes, sendRaw, wellFormed } from './raw-bytes.ts';
import { type FuzzRequest, fuzzRequest, type Target } from './requests.ts';
import { createSender } from './send.ts';

const { FUZZ_REQUESTS, FUZZ_SEED = '1', REQUIRE_REAL } = process.env;
const REQUESTS = Number(FUZZ_REQUESTS ?? (REQUIRE_REAL === '1' ? 100_000 : 5_000));
const SEED = Number(FUZZ_SEED);
const RAW = 300;
const AT_ONCE = 48;
/** Enough connectors that their limits of calls per second are met now and then, and not all the time. */
const CONNECTORS = 8;
/** The hub rests at some 150 MB; one that keeps what it was sent goes far beyond. */
const MAX_RESIDENT_MB = 900;

let hub: RunningHub;
let calmHome: SimulatedHome;
let secondHome: SimulatedHome;
let target: Target;
let calm: { readonly reader: string; readonly writer: string };
const secrets: string[] = [];

beforeAll(async () => {
  [calmHome, secondHome] = [await startSimulatedHome({ name: 'Calm' }), await startSimulatedHome({ name: 'Second' })];
  // Proxies are trusted so that the requests can come from many addresses: a single one is soon shut out for guessing.
  hub = await startHub({ env: { TRUSTED_PROXIES: '127.0.0.1', NODE_OPTIONS: '--max-old-space-size=512' } });
  const admin = await openAdmin(hub);
  await admin.send('POST', '/tenants', { slug: 'calm', name: 'Calm' });
  await addHome(admin, 'calm', { slug: 'calm', ...calmHome });
  await addHome(admin, FIRST_TENANT, { slug: 'second', ...secondHome });
  const urls: string[] = [];
  for (let number = 0; number < CONNECTORS; number++) {
    const ceiling = EFFECTS[number % EFFECTS.length] ?? 'read';
    const homes = number % 2 === 0 ? { homes: ['second'] } : {};
    urls.push(await addConnector(admin, FIRST_TENANT, { name: `fuzz ${number}`, ceiling, ...homes }));
  }
  calm = {
    reader: await addConnector(admin, 'calm', { name: 'reader', ceiling: 'read' }),
    writer: await addConnector(admin, 'calm', { name: 'writer', ceiling: 'configure' }),
  };
  const paths = urls.map((url) => new URL(url).pathname);
  target = { paths, tools: await toolsOf(urls.at(-1) ?? ''), known: knownOf() };
  const kept = await Promise.all(['keys', 'admin-key'].map((name) => readFile(join(hub.dataDir, name), 'utf8')));
  const connectors = [...urls, calm.reader, calm.writer, hub.url].map((url) => url.slice(url.indexOf('private_') + 8));
  secrets.push(...connectors, ...kept.map((text) => text.trim()), calmHome.token, secondHome.token);
});
afterAll(async () => {
  await hub?.[Symbol.asyncDispose]();
  await Promise.all([calmHome?.close(), secondHome?.close()]);
});

const toolList = z.object({ tools: z.array(z.object({ name: z.string(), inputSchema: z.custom<Schema>() })) });

async function toolsOf(url: string): Promise<Target['tools']> {
  return toolList.parse((await rpc(url, 'tools/list')).result).tools;
}

function knownOf(): Target['known'] {
  const entityIds = [
    'light.kitchen_ceiling',
    'light.bedside',
    'light.garden',
    'switch.coffee_machine',
    'sensor.outdoor_temperature',
    'lock.front_door',
    'cover.garage',
    'climate.living_room',
    'scene.evening',
    'script.good_night',
    'automation.lights_off',
    'sun.sun',
    'zone.home',
    'person.owner',
  ];
  const words = [
    'light',
    'turn_on',
    'toggle',
    'light.turn_on',
    'homeassistant',
    'restart',
    'kitchen',
    'Kitchen',
    'status',
    'list',
    'create',
    'second',
    'simulated',
    'input_boolean',
    'kitchen lights',
    '2026-11-01T00:00:00Z',
    '24h',
    "{{ states('sun.sun') }}",
    "config['alias'] = 'x'",
    'while True: pass',
    '{"entity_id":"light.garden"}',
  ];
  return { entityIds, words };
}

interface Trouble {
  count: number;
  readonly first: string;
}

/** Each kind of trouble once, with the first request that showed it. */
function createTroubles() {
  const found = new Map<string, Trouble>();
  return {
    found,
    add(request: FuzzRequest, what: string, answer = ''): void {
      const key = `${request.kind}: ${what}`;
      const body = request.body?.slice(0, 600).toString();
      const first = `${request.method} ${request.path.slice(0, 200)} ${JSON.stringify(request.headers)} ${body}\n⇒ ${answer.slice(0, 600)}`;
      const known = found.get(key);
      if (known) known.count++;
      else found.set(key, { count: 1, first });
    },
  };
}

async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1_024;
}

/** Another tenant's member, who reads and writes one thing after another all the while. */
function liveCalmly(signal: AbortSignal) {
  const troubles: unknown[] = [];
  const written: string[] = [];
  let reads = 0;
  const read = async () => {
    const { isError, body } = await callTool(calm.reader, 'ha_get_state', { entity_id: 'light.kitchen_ceiling' });
    reads++;
    if (isError || !JSON.stringify(body).includes('light.kitchen_ceiling')) troubles.push(body);
  };
  const write = async () => {
    const alias = `Calm ${written.length}`;
    const action = { action: 'light.turn_off', target: { entity_id: 'light.bedside' } };
    const config = { alias, triggers: [{ trigger: 'state', entity_id: 'light.bedside' }], actions: [action] };
    const BestPracticeKey = await bestPracticeKey(calm.writer);
    const args = { config, BestPracticeKey };
    const { isError, body } = await callTool(calm.writer, 'ha_config_set_automation', args);
    if (isError) troubles.push(body);
    else written.push(String(body['unique_id']));
  };
  const repeat = async (act: () => Promise<void>) => {
    while (!signal.aborted) await act().catch((error: unknown) => troubles.push(String(error)));
  };
  const done = Promise.all([repeat(read), repeat(write)]);
  return { done, troubles, written, reads: () => reads };
}

it('bytes that no HTTP library would send are refused in the usual shape or not at all, and pipelined requests are answered', {
  timeout: 60_000,
}, async () => {
  const wrong: string[] = [];
  for (let number = 0; number < RAW; number++) {
    const bytes = rawBytes(dice(SEED * 7_919 + number), target.paths[0] ?? '');
    const said = await sendRaw(hub.port, bytes);
    for (const { status, body } of answersIn(said)) {
      const isFine = status === 100 || status === 200 || (status >= 400 && status < 500 && /"error":/.test(body));
      if (!isFine || secrets.some((secret) => body.includes(secret)))
        wrong.push(`${bytes.slice(0, 300)} ⇒ ${said.slice(0, 300)}`);
    }
  }
  expect(wrong).toEqual([]);
  const pipelined = answersIn(await sendRaw(hub.port, wellFormed(target.paths[0] ?? '').repeat(20)));
  expect(pipelined.map(({ status }) => status)).toEqual(Array(20).fill(200));
});

it(`${REQUESTS} requests of every kind: each is answered in a documented way, and nothing else is disturbed`, {
  timeout: 600_000,
}, async () => {
  const troubles = createTroubles();
  const stop = new AbortController();
  const calmLife = liveCalmly(stop.signal);
  using sender = createSender(hub.port, AT_ONCE);
  let sent = 0;
  const work = async () => {
    while (sent < REQUESTS) {
      const number = sent++;
      const chance = dice(SEED * 1_000_003 + number);
      const request = fuzzRequest(chance, target);
      const from = `198.51.${chance.below(256)}.${chance.below(256)}`;
      try {
        const answer = await sender.send(request, from);
        const wrong = answer && complaint(request, answer);
        if (answer && wrong) troubles.add(request, wrong, answer.text);
        const leak = answer && secrets.find((secret) => answer.text.includes(secret));
        if (leak && !`${request.body}${request.path}`.includes(leak)) troubles.add(request, 'a secret', answer.text);
      } catch (error) {
        troubles.add(request, String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  stop.abort();
  await calmLife.done;

  // What the hub says of its own bugs, beside what its clients saw of them.
  expect({ troubles: Object.fromEntries(troubles.found), bugs: bugsIn(hub.stderr()) }).toEqual({
    troubles: {},
    bugs: [],
  });
  expect(calmLife.troubles).toEqual([]);
  expect(calmLife.reads()).toBeGreaterThan(100);
  expect(calmLife.written.length).toBeGreaterThan(10);
  expect(await residentMb(hub.pid)).toBeLessThan(MAX_RESIDENT_MB);
  await expectWell(calmLife.written);
});

/** Each once, at most ten. */
function bugsIn(log: string): string[] {
  const lines = log.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line));
  const withoutIds = lines.map((line) => line.replace(/"(time|callId|reqId)":"[^"]*"/g, ''));
  return [...new Set(withoutIds)].slice(0, 10);
}

/** The same process still does everything, lost no write, and its log holds neither bugs nor secrets. */
async function expectWell(written: readonly string[]): Promise<void> {
  expect((await fetch(`${hub.opsBase}/readyz`)).status).toBe(200);
  for (const path of target.paths) expect((await toolsOf(hub.base + path)).length).toBeGreaterThan(0);
  for (const identifier of written) {
    const { isError, body } = await callTool(calm.reader, 'ha_config_get_automation', { identifier });
    expect(isError, JSON.stringify(body)).toBe(false);
  }
  const { isError } = await callTool(calm.writer, 'ha_call_service', {
    domain: 'light',
    service: 'turn_on',
    entity_id: 'light.bedside',
  });
  expect(isError).toBe(false);
  const { code, stdout, stderr } = await hub.stop();
  expect(code).toBe(0);
  const log = stderr + stdout.slice(stdout.indexOf('\nManage homes'));
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  expect(bugsIn(log)).toEqual([]);
}
