import { Fault } from '@hub/core/fault.ts';
import type { Observation } from '@hub/jobs/define.ts';
import { expect, test } from 'vitest';
import { runStep, type StepStore, type StoredStep } from './run-step.ts';

/** A home with one thing to make, a store for one step, and what happened in which order. */
function scene(
  given: {
    stored?: StoredStep;
    acts?: (Error | 'made' | 'interrupted')[];
    seen?: Observation[];
    isMarkedAnew?: true;
  } = {},
) {
  const happened: string[] = [];
  const acts = [...(given.acts ?? ['made'])];
  const seen = [...(given.seen ?? [])];
  let stored = given.stored;
  const controller = new AbortController();
  const store: StepStore = {
    read: async () => stored,
    async open(_name, marker) {
      happened.push(`open ${String(marker['name'])}`);
      stored = { state: 'open', marker, result: undefined };
    },
    async close(_name, state, result) {
      happened.push(`close ${state}`);
      stored = { state, marker: stored?.marker ?? {}, result };
    },
  };
  const run = () =>
    runStep({ store, signal: controller.signal, ready: async () => void happened.push('ready') }, 'make', {
      ...(given.isMarkedAnew && { isMarkedAnew: true }),
      marker: () => ({ name: 'first' }),
      async act(marker) {
        happened.push(`act ${String(marker['name'])}`);
        const next = acts.shift() ?? 'made';
        if (next instanceof Error) throw next;
        if (next === 'interrupted') controller.abort(new Error('stopping'));
        controller.signal.throwIfAborted();
        return next;
      },
      async observe(marker) {
        happened.push(`observe ${String(marker['name'])}`);
        const is = seen.shift() ?? 'unknown';
        return is === 'done' ? { is, result: 'seen' } : { is };
      },
    });
  return { run, happened, controller, state: () => stored?.state };
}

const lostAnswer = new Fault('WEBSOCKET_DISCONNECTED', 'the link broke', { outcomeUnknown: true });
const openBefore: StoredStep = { state: 'open', marker: { name: 'earlier' }, result: undefined };

test('the marker is stored before the act leaves, the result after it', async () => {
  const { run, happened } = scene();
  expect(await run()).toBe('made');
  expect(happened).toEqual(['ready', 'open first', 'act first', 'close done']);
});

test('a step that is done gives its stored result and acts no more', async () => {
  const { run, happened } = scene({ stored: { state: 'done', marker: {}, result: 'kept' } });
  expect(await run()).toBe('kept');
  expect(happened).toEqual([]);
});

test('an act left open by an earlier attempt is observed, and not repeated when it is done', async () => {
  const { run, happened } = scene({ stored: openBefore, seen: ['done'] });
  expect(await run()).toBe('seen');
  expect(happened).toEqual(['ready', 'observe earlier', 'close done']);
});

test('an act left open is repeated with its old marker when it was seen not to have happened', async () => {
  const { run, happened } = scene({ stored: openBefore, seen: ['not_done'] });
  expect(await run()).toBe('made');
  expect(happened).toEqual(['ready', 'observe earlier', 'ready', 'open earlier', 'act earlier', 'close done']);
});

test.each([openBefore, { ...openBefore, state: 'not_done' } as const])(
  'where a marker is good for one act, the next one has its own, stored before it leaves',
  async (stored) => {
    const { run, happened } = scene({ stored, seen: ['not_done'], isMarkedAnew: true });
    expect(await run()).toBe('made');
    expect(happened.slice(-3)).toEqual(['open first', 'act first', 'close done']);
  },
);

test('an act left open that nobody can tell about is not repeated', async () => {
  const { run, happened, state } = scene({ stored: openBefore, seen: ['unknown'] });
  await expect(run()).rejects.toMatchObject({ outcomeUnknown: true });
  expect(happened).toEqual(['ready', 'observe earlier']);
  expect(state()).toBe('open');
});

test('a lost answer is settled by looking', async () => {
  const { run, happened } = scene({ acts: [lostAnswer], seen: ['done'] });
  expect(await run()).toBe('seen');
  expect(happened).toEqual(['ready', 'open first', 'act first', 'ready', 'observe first', 'close done']);
});

test('a lost answer whose act did not happen is a passing trouble with nothing unknown about it', async () => {
  const { run, state } = scene({ acts: [lostAnswer], seen: ['not_done'] });
  await expect(run()).rejects.toMatchObject({ code: 'WEBSOCKET_DISCONNECTED', outcomeUnknown: false });
  expect(state()).toBe('not_done');
});

test('an act the home refused is settled as not done, without looking', async () => {
  const { run, happened } = scene({ acts: [new Fault('RESOURCE_LOCKED', 'busy')] });
  await expect(run()).rejects.toMatchObject({ code: 'RESOURCE_LOCKED' });
  expect(happened.at(-1)).toBe('close not_done');
});

test('an act interrupted in the middle stays open', async () => {
  const { run, happened, state } = scene({ acts: ['interrupted'] });
  await expect(run()).rejects.toThrow('stopping');
  expect(happened).toEqual(['ready', 'open first', 'act first']);
  expect(state()).toBe('open');
});

test('nothing is begun once the job was told to end', async () => {
  const { run, controller, happened } = scene();
  controller.abort(new Error('cancelled'));
  await expect(run()).rejects.toThrow('cancelled');
  expect(happened).toEqual(['ready']);
});
