import { Fault } from '@hub/core/fault.ts';
import { describe, expect, it, test } from 'vitest';
import type { JobContext, Step } from '../define.ts';
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
}

/** A job whose steps are kept as the queue keeps them. */
function contextOf(call: JobContext['call'], { open = [], done: ended = [], result }: Earlier = {}): JobContext {
  const done = new Map<string, unknown>(ended.map((name) => [name, result]));
  const silent = () => Promise.reject(away);
  async function step<T>(name: string, { marker, act, observe }: Step<T>): Promise<T> {
    if (done.has(name)) return done.get(name) as T;
    const seen = open.includes(name) ? await observe({}) : { is: 'not_done' as const };
    const result = seen.is === 'done' ? (seen.result as T) : await act(await marker());
    done.set(name, result);
    return result;
  }
  return {
    ...{ jobId: 'j', attempt: 1, signal: new AbortController().signal, shelf: undefined, step, call, homeAt: silent },
    get home(): never {
      throw new Error('none');
    },
    progress: async () => undefined,
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

test('after a crash a write that was under way is told as unknown and not made again; a read is asked again', async () => {
  const asked: unknown[] = [];
  const call: JobContext['call'] = async (_tool, _args, id) => {
    asked.push(id);
    return { success: true };
  };
  const interrupted = { open: ['home b'] };
  expect(await job.run({ ...READ, isWrite: true }, contextOf(call, interrupted))).toMatchObject({
    ...{ done: 2, unknown: 1 },
    homes: [
      { home: 'b', outcome: 'unknown', error: { message: expect.stringContaining('did not repeat it') } },
      {},
      {},
    ],
  });
  expect(asked).toEqual(['id-a', 'id-c']);
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
