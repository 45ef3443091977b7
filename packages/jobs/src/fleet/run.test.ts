import { Fault } from '@hub/core/fault.ts';
import { describe, expect, it, test } from 'vitest';
import { type CallEnd, type NamedCall, UNNAMED_ONLY } from '../call-end.ts';
import type { JobContext, Step } from '../define.ts';
import { noRecords } from '../testing/job-context.ts';
import type { FleetArgs } from './args.ts';
import { job } from './run.ts';

const homes = (...slugs: string[]) => slugs.map((slug) => ({ id: `id-${slug}`, slug }));
const READ: FleetArgs = {
  ...{ tool: 'ha_get_state', args: {}, isWrite: false, rings: [homes('a', 'b', 'c')] },
  ...{ soakSeconds: 0, maxFailures: 1, maxFailedPercent: 100, atOnce: 1 },
};
const away = new Fault('CONNECTION_FAILED', 'nobody answers');
const lost = new Fault('TIMEOUT_OPERATION', 'lost', { outcomeUnknown: true });

interface Earlier {
  /** Steps an earlier run left under way. */
  readonly open?: readonly string[];
  /** Steps it ended, with this result. */
  readonly done?: readonly string[];
  readonly result?: unknown;
  /** What an open step was marked with. */
  readonly marker?: Record<string, unknown>;
  /** What is found out about a call whose answer was lost; nothing unless told. */
  readonly endOf?: (call: NamedCall) => CallEnd;
  /** Gets the progress that is told. */
  readonly said?: unknown[];
}

/** A job whose steps are kept as the queue keeps them. */
function contextOf(
  call: JobContext['call'],
  { open = [], done: ended = [], result, marker: left = {}, endOf, said }: Earlier = {},
): JobContext {
  const done = new Map<string, unknown>(ended.map((name) => [name, result]));
  const silent = () => Promise.reject(away);
  async function step<T>(name: string, { marker, act, observe }: Step<T>): Promise<T> {
    if (done.has(name)) return done.get(name) as T;
    const seen = open.includes(name) ? await observe(left) : { is: 'not_done' as const };
    const result = seen.is === 'done' ? (seen.result as T) : await act(await marker());
    done.set(name, result);
    return result;
  }
  const lookedAt: JobContext['endOf'] = async (one) => endOf?.(one) ?? { is: 'unknown', message: 'nobody knows' };
  return {
    ...{ jobId: 'j', attempt: 1, signal: new AbortController().signal, shelf: undefined, step, call, homeAt: silent },
    endOf: lookedAt,
    get home(): never {
      throw new Error('none');
    },
    progress: async (...told) => void said?.push(told),
    records: noRecords,
  };
}

describe('many homes', () => {
  it('a home that is away is named and holds nobody up', async () => {
    const call: JobContext['call'] = async (_tool, _args, id) => {
      if (id === 'id-b') throw away;
      return { success: true, state: 'on' };
    };
    expect(await job.run(READ, contextOf(call))).toMatchObject({
      ...{ done: 2, failed: 1, unknown: 0, not_run: [] },
      homes: [
        { home: 'b', outcome: 'failed', error: { code: 'CONNECTION_FAILED' } },
        { home: 'a', outcome: 'done', result: { state: 'on' } },
        { home: 'c' },
      ],
    });
  });

  it('a write stops after as many failures as may be, lost answers among them, and names who was left alone', async () => {
    const asked: unknown[] = [];
    const call: JobContext['call'] = async (_tool, _args, id) => {
      asked.push(id);
      throw id === 'id-a' ? away : lost;
    };
    expect(await job.run({ ...READ, isWrite: true }, contextOf(call))).toMatchObject({
      ...{ done: 0, failed: 1, unknown: 1, not_run: ['c'], stopped: expect.stringContaining('2 homes failed') },
    });
    expect(asked).toEqual(['id-a', 'id-b']);
  });

  it('a home whose maintenance windows are shut at its turn is named as skipped, and is no failure', async () => {
    const shut = new Fault('MAINTENANCE_WINDOW_CLOSED', 'shut', {
      context: { left_alone: 'outside of its maintenance windows', opens_at: '2026-11-03T02:00:00+01:00' },
    });
    const call: JobContext['call'] = async (_tool, _args, id) => {
      if (id === 'id-b') throw shut;
      return { success: true };
    };
    const args = { ...READ, isWrite: true, maxFailures: 0 };
    const skipped = [{ home: 'b', why: 'outside of its maintenance windows', opens_at: '2026-11-03T02:00:00+01:00' }];
    const ended = await job.run(args, contextOf(call));
    expect(ended).toMatchObject({ done: 2, failed: 0, not_run: [], skipped, homes: [{ home: 'a' }, { home: 'c' }] });
    expect(ended).not.toHaveProperty('stopped');
  });

  it('a ring of canaries that were all skipped has shown nothing, so the rest waits', async () => {
    const call: JobContext['call'] = async (_tool, _args, id) => {
      if (id === 'id-a')
        throw new Fault('RESOURCE_LOCKED', 'pinned', { context: { left_alone: 'pinned by the owner' } });
      return { success: true };
    };
    const args = { ...READ, isWrite: true, rings: [homes('a'), homes('b')] };
    expect(await job.run(args, contextOf(call))).toMatchObject({
      ...{ done: 0, skipped: [{ home: 'a' }], not_run: ['b'], stopped: expect.stringContaining('no canary') },
    });
  });

  it.each([
    [
      'failed',
      { success: false, results: [{ success: false, status: 'failed', error: { code: 'X', message: 'no' } }] },
    ],
    ['failed', { success: true, results: [{ success: true }, { success: false, error: 'no such device' }] }],
    [
      'unknown',
      { success: true, results: [{ success: true, status: 'unknown', error: { code: 'X', message: 'lost' } }] },
    ],
    [
      'failed',
      { success: true, results: [{ success: true, health: { verdict: 'worse', because: ['Recovery mode.'] } }] },
    ],
    [
      'failed',
      { success: true, status: 'done', result: { health: { verdict: 'worse', because: ['Recovery mode.'] } } },
    ],
  ])('a canary whose answer says %s stops the rest', async (outcome, body) => {
    const asked: unknown[] = [];
    const call: JobContext['call'] = async (_tool, _args, id) => {
      asked.push(id);
      return body;
    };
    const write = { ...READ, isWrite: true, maxFailures: 9, rings: [homes('a'), homes('b')] };
    expect(await job.run(write, contextOf(call))).toMatchObject({
      ...{ done: 0, [outcome]: 1, not_run: ['b'], stopped: `the canary a ended as ${outcome}` },
      homes: [{ home: 'a', outcome, error: { message: expect.any(String) }, result: expect.anything() }],
    });
    expect(asked).toEqual(['id-a']);
  });

  it('goes by percent as well', async () => {
    const call: JobContext['call'] = async () => Promise.reject(away);
    const args = { ...READ, isWrite: true, maxFailures: 99, maxFailedPercent: 30 };
    expect(await job.run(args, contextOf(call))).toMatchObject({ failed: 1, not_run: ['b', 'c'] });
  });

  it('a call that became a job of its home counts by how that one ended', async () => {
    const call: JobContext['call'] = async (tool, args) => {
      if (tool !== 'ha_get_job') return { status: 'queued', job_id: 'child' };
      expect(args).toMatchObject({ job_id: 'child' });
      return { status: 'unknown', job_error: { code: 'TIMEOUT_OPERATION', message: 'lost' } };
    };
    expect(await job.run({ ...READ, isWrite: true }, contextOf(call))).toMatchObject({ unknown: 2, not_run: ['c'] });
  });
});

const CALL_ID = '019a0000-0000-7000-8000-0000000ca110';
const cutOff = (end: CallEnd): Earlier => ({
  open: ['home b'],
  marker: { home: 'id-b', callId: CALL_ID },
  endOf: () => end,
});

test.each<[string, CallEnd, object]>([
  ['done', { is: 'done' }, { outcome: 'done' }],
  [
    'failed',
    { is: 'failed', code: 'CONFIG_INVALID', message: 'no' },
    { outcome: 'failed', error: { code: 'CONFIG_INVALID' } },
  ],
  ['unknown', { is: 'unknown', message: 'look' }, { outcome: 'unknown', error: { message: 'look' } }],
])('after a crash a write that was found out to be %s is told so and not made again', async (_what, end, told) => {
  const asked: unknown[] = [];
  const call: JobContext['call'] = async (_tool, _args, id) => {
    asked.push(id);
    return { success: true };
  };
  const ended = (await job.run({ ...READ, isWrite: true }, contextOf(call, cutOff(end)))) as {
    homes: { home: string }[];
  };
  expect(ended.homes.find(({ home }) => home === 'b')).toMatchObject(told);
  expect(asked).toEqual(['id-a', 'id-c']);
});

test('a write that a crash kept from beginning is made, under an id of its own', async () => {
  const asked: unknown[] = [];
  const call: JobContext['call'] = async (_tool, _args, _id, callId) => {
    asked.push(callId);
    return { success: true };
  };
  const ended = await job.run({ ...READ, isWrite: true }, contextOf(call, cutOff({ is: 'not_done' })));
  expect(ended).toMatchObject({ done: 3 });
  expect(new Set([...asked, CALL_ID]).size).toBe(4);
  expect(asked).toEqual(Array(3).fill(expect.any(String)));
});

test('a job that a lost call began is followed to its end', async () => {
  const call: JobContext['call'] = async (tool, args) => {
    if (tool !== 'ha_get_job') return { success: true };
    expect(args).toMatchObject({ job_id: 'child' });
    return { status: 'failed', job_error: { code: 'SERVICE_CALL_FAILED', message: 'no' } };
  };
  const lostCall = cutOff({ is: 'goes_on', jobId: 'child' });
  expect(await job.run({ ...READ, isWrite: true }, contextOf(call, lostCall))).toMatchObject({ done: 2, failed: 1 });
});

test.each<[CallEnd, string]>([
  [{ is: 'done' }, 'done'],
  [{ is: 'not_done' }, 'failed'],
  [{ is: 'unknown', message: 'look' }, 'unknown'],
])('a lost answer is looked into as well: %j is told as %s', async (end, outcome) => {
  const call: JobContext['call'] = async () => Promise.reject(lost);
  const [home] = homes('a');
  const one = { ...READ, isWrite: true, rings: [[home]] } as FleetArgs;
  expect(await job.run(one, contextOf(call, { endOf: () => end }))).toMatchObject({
    [outcome]: 1,
    homes: [{ outcome }],
  });
});

test('at a replica of an older version, which keeps no id, the write is made without one', async () => {
  const asked: unknown[] = [];
  const older = new Fault('RESOURCE_LOCKED', 'older', { context: { [UNNAMED_ONLY]: true } });
  const call: JobContext['call'] = async (_tool, _args, _id, callId) => {
    asked.push(callId);
    if (callId !== undefined) throw older;
    return { success: true };
  };
  const [home] = homes('a');
  const one = { ...READ, isWrite: true, rings: [[home]] } as FleetArgs;
  expect(await job.run(one, contextOf(call))).toMatchObject({ done: 1 });
  expect(asked).toEqual([expect.any(String), undefined]);
});

test('after a crash a write under no id is told as unknown and not made again; a read is asked again', async () => {
  const asked: unknown[] = [];
  const call: JobContext['call'] = async (_tool, _args, id) => {
    asked.push(id);
    return { success: true };
  };
  const interrupted = { open: ['home b'] };
  const said: unknown[] = [];
  expect(await job.run({ ...READ, isWrite: true }, contextOf(call, { ...interrupted, said }))).toMatchObject({
    ...{ done: 2, unknown: 1 },
    homes: [
      { home: 'b', outcome: 'unknown', error: { message: expect.stringContaining('did not repeat it') } },
      {},
      {},
    ],
  });
  expect(asked).toEqual(['id-a', 'id-c']);
  expect(said).toContainEqual([1, 3, expect.stringMatching(/^b: finding out/)]);
  expect(await job.run(READ, contextOf(call, interrupted))).toMatchObject({ done: 3 });
  expect(asked).toHaveLength(5);
});

test('a hub that stops while it follows the job of a home has lost no write: the next one follows it to its end', async () => {
  const asked: string[] = [];
  const call: JobContext['call'] = async (tool) => {
    asked.push(tool);
    return tool === 'ha_get_job' ? { status: 'done' } : { status: 'running', job_id: 'child' };
  };
  const [home] = homes('a');
  const one = { ...READ, isWrite: true, rings: [[home]] } as FleetArgs;
  const told = { done: ['home a'], open: ['end of a'], result: { goesOnAs: 'child' } };
  expect(await job.run(one, contextOf(call, told))).toMatchObject({ done: 1, unknown: 0 });
  expect(asked).toEqual(['ha_get_job']);
});

test('an answer that is too long for a thousand of them is cut', async () => {
  const call: JobContext['call'] = async () => ({ success: true, text: 'x'.repeat(10_000) });
  const { homes: rows } = (await job.run(READ, contextOf(call))) as { homes: { result: { cut: string } }[] };
  expect(rows[0]?.result.cut.length).toBeLessThan(5_000);
});
