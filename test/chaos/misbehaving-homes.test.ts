import { setTimeout as delay } from 'node:timers/promises';
import type { FaultCode } from '@hub/core/fault-codes.ts';
import type { Misbehaviour } from '@hub/simulated-home/misbehaviour.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Admin, addConnector, addHome, FIRST_TENANT, openAdmin } from '../admin.ts';
import { callTool, type ToolAnswer } from '../ask-hub.ts';
import { type RunningHub, startHub } from '../start-hub.ts';
import { openCountedDoor } from './counted-door.ts';

let hub: RunningHub;
let admin: Admin;
let calm: Unruly;
let calmReads: ReturnType<typeof readCalmly>;
let made = 0;

beforeAll(async () => {
  hub = await startHub();
  admin = await openAdmin(hub);
  calm = await addUnruly({});
  calmReads = readCalmly(calm.url);
});
afterAll(async () => {
  await calmReads?.stop();
  await hub?.[Symbol.asyncDispose]();
  await calm?.home.close();
});

interface Unruly {
  readonly home: SimulatedHome;
  readonly slug: string;
  /** Of a connector that reaches this home alone. */
  readonly url: string;
  /** To its door, so far. */
  readonly connections: () => number;
}

/** A home of its own, which misbehaves from the start or when told. */
async function addUnruly(how: Misbehaviour): Promise<Unruly> {
  const slug = `home-${made++}`;
  const home = await startSimulatedHome({ name: slug });
  const door = await openCountedDoor(home.url);
  home.misbehave(how);
  await addHome(admin, FIRST_TENANT, { slug, url: door.url, token: home.token });
  const url = await addConnector(admin, FIRST_TENANT, { name: slug, ceiling: 'configure', homes: [slug] });
  return { home, slug, url, connections: door.count };
}

/** Asks the home itself, and gives up only long after the hub should have. */
const ask = (url: string): Promise<ToolAnswer> =>
  callTool(url, 'ha_eval_template', { template: '{{ 42 }}' }, AbortSignal.timeout(60_000));

const write = (url: string): Promise<ToolAnswer> =>
  callTool(
    url,
    'ha_call_service',
    { domain: 'light', service: 'toggle', entity_id: 'light.bedside' },
    AbortSignal.timeout(60_000),
  );

function expectFault({ isError, body, fault }: ToolAnswer, codes: readonly FaultCode[]): void {
  expect(isError, JSON.stringify(body)).toBe(true);
  expect(codes, JSON.stringify(body)).toContain(fault?.code);
  expect(fault?.message).toMatch(/\w+ \w+/);
  expect(fault?.suggestion).toMatch(/\w+/);
}

/** Reads of another home, one after another until told to stop; each must be answered. */
function readCalmly(url: string) {
  const troubles: unknown[] = [];
  let reads = 0;
  let isOver = false;
  const reading = (async () => {
    while (!isOver) {
      const answer = await callTool(url, 'ha_get_state', { entity_id: 'light.bedside' }).catch(String);
      reads++;
      if (typeof answer === 'string' || answer.isError) troubles.push(answer);
      // A pace below what one connector may ask.
      await delay(20);
    }
  })();
  return {
    async stop() {
      isOver = true;
      await reading;
      return { reads, troubles };
    },
  };
}

const UNREACHABLE = [
  'CONNECTION_TIMEOUT',
  'CONNECTION_FAILED',
  'TIMEOUT_WEBSOCKET',
  'TIMEOUT_API_REQUEST',
  'WEBSOCKET_DISCONNECTED',
  'WEBSOCKET_NOT_AUTHENTICATED',
] as const;

const PASSING: readonly (readonly [string, Misbehaviour])[] = [
  ['that is silent', { hang: true }],
  ['that is silent once the token was taken', { hang: 'after_auth' }],
  ['that answers garbage', { garbage: true }],
  ['that cuts the connection in the middle of a frame', { closeMidFrame: true }],
];

describe.concurrent.each(PASSING)('a home %s', (_name, how) => {
  it('from the start: is said to be unreachable, and works as soon as it behaves', { timeout: 120_000 }, async ({
    expect,
  }) => {
    const { home, url } = await addUnruly(how);
    expectFault(await ask(url), UNREACHABLE);
    home.misbehave({});
    await expect.poll(async () => (await ask(url)).isError, { timeout: 60_000, interval: 500 }).toBe(false);
    await home.close();
  });

  it('in the middle of its life: fails what it was asked, tells writes as unknown, and heals', {
    timeout: 120_000,
  }, async ({ expect }) => {
    const { home, url } = await addUnruly({});
    expect((await ask(url)).isError).toBe(false);
    home.misbehave(how);
    const [asked, written] = await Promise.all([ask(url), write(url)]);
    expectFault(asked, UNREACHABLE);
    // A service whose answer was lost may have acted; what never left may be tried again.
    if (written.isError) expectFault(written, UNREACHABLE);
    else expect(written.body).toMatchObject({ partial: true });
    home.misbehave({});
    home.disconnectAll();
    await expect.poll(async () => (await ask(url)).isError, { timeout: 60_000, interval: 500 }).toBe(false);
    await home.close();
  });
});

describe.concurrent('a home that refuses', () => {
  it('the token: is told so once, is left alone after that, and works with a new token', {
    timeout: 60_000,
  }, async ({ expect }) => {
    const { home, slug, url, connections } = await addUnruly({ refuseToken: true });
    expectFault(await ask(url), ['AUTH_INVALID_TOKEN']);
    const tried = connections();
    for (let again = 0; again < 5; again++) expectFault(await ask(url), ['AUTH_INVALID_TOKEN']);
    expect(connections()).toBe(tried);
    home.misbehave({});
    expectFault(await ask(url), ['AUTH_INVALID_TOKEN']);
    expect(connections()).toBe(tried);
    await renew(slug, home.token);
    expect((await ask(url)).isError).toBe(false);
    await home.close();
  });

  it('the hub itself (403): is told what to do, is left alone, and works when it is set anew', {
    timeout: 60_000,
  }, async ({ expect }) => {
    const { home, slug, url, connections } = await addUnruly({ ban: true });
    const answer = await ask(url);
    expectFault(answer, ['AUTH_INVALID_TOKEN']);
    expect(JSON.stringify(answer.fault)).toContain('ip_bans.yaml');
    const tried = connections();
    for (let again = 0; again < 5; again++) expectFault(await ask(url), ['AUTH_INVALID_TOKEN']);
    expect(connections()).toBe(tried);
    home.misbehave({});
    await renew(slug, home.token);
    expect((await ask(url)).isError).toBe(false);
    await home.close();
  });

  it('the token in the middle of its life: reads and writes are refused, nothing is tried again', {
    timeout: 60_000,
  }, async ({ expect }) => {
    const { home, url, connections } = await addUnruly({});
    expect((await ask(url)).isError).toBe(false);
    home.misbehave({ refuseToken: true });
    home.disconnectAll();
    await expect.poll(async () => (await ask(url)).fault?.code, { timeout: 30_000 }).toBe('AUTH_INVALID_TOKEN');
    const tried = connections();
    expectFault(await write(url), ['AUTH_INVALID_TOKEN']);
    expectFault(await ask(url), ['AUTH_INVALID_TOKEN']);
    expect(connections()).toBe(tried);
    await home.close();
  });
});

/** As its owner does, with a token from Home Assistant. */
async function renew(slug: string, token: string): Promise<void> {
  await admin.send('PATCH', `/tenants/${FIRST_TENANT}/homes/${slug}`, { token });
}

it('a home that loses its connections works with the next call', async () => {
  const { home, url } = await addUnruly({});
  expect((await ask(url)).isError).toBe(false);
  home.disconnectAll();
  await expect.poll(async () => (await ask(url)).isError, { timeout: 20_000 }).toBe(false);
  await home.close();
});

it('through all of that another home was read undisturbed, and the same process stops in order, with a log without bugs', async () => {
  const { reads, troubles } = await calmReads.stop();
  expect(reads).toBeGreaterThan(50);
  expect(troubles).toEqual([]);
  const { code, stderr } = await hub.stop();
  expect(code).toBe(0);
  expect(stderr.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line))).toEqual([]);
});
