import { Fault } from '@hub/core/fault.ts';
import { describe, expect, it } from 'vitest';
import { type BodyRequest, readBodies, startBudget } from './config-bodies.ts';

const never = new AbortController().signal;
const plenty = () => startBudget(60, never);

function counted(key: string, version: string, body: object = { key }) {
  const asked = { times: 0 };
  const request: BodyRequest = {
    key,
    version,
    read: async () => {
      asked.times++;
      return { ...body };
    },
  };
  return { asked, request };
}

/** Answers when the signal ends, as a home that hangs does. */
const hanging = (key: string): BodyRequest => ({
  key,
  version: '1',
  read: (signal) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(new Fault('CANCELLED', 'late')), { once: true });
    }),
});

describe('readBodies', () => {
  it('reads again only what has another version, and nothing of another home', async () => {
    const anchor = {};
    const first = counted('a', '1');
    await readBodies(anchor, [first.request], plenty());
    const { bodies } = await readBodies(anchor, [first.request], plenty());
    expect(bodies.get('a')).toEqual({ key: 'a' });
    expect(first.asked.times).toBe(1);
    const second = counted('a', '2', { key: 'new' });
    expect((await readBodies(anchor, [second.request], plenty())).bodies.get('a')).toEqual({ key: 'new' });
    await readBodies({}, [second.request], plenty());
    expect(second.asked.times).toBe(2);
  });

  it('leaves out what is not there within the budget, and says how much', async () => {
    const { bodies, problems } = await readBodies(
      {},
      [counted('a', '1').request, hanging('b')],
      startBudget(0.01, never),
    );
    expect([...bodies.keys()]).toEqual(['a']);
    expect(problems).toEqual(['1 of 2 configurations were not read within 0.01 s']);
  });

  it('says what the home refused and goes on with the rest', async () => {
    const refused: BodyRequest = {
      key: 'b',
      version: '1',
      read: () => Promise.reject(new Fault('SERVICE_CALL_FAILED', 'no')),
    };
    const { bodies, problems } = await readBodies({}, [refused, counted('a', '1').request], plenty());
    expect(bodies.size).toBe(1);
    expect(problems).toEqual(['1 of 2 configurations could not be read: no']);
  });

  it('ends with the call when that is given up', async () => {
    const call = new AbortController();
    const reading = readBodies({}, [hanging('a')], startBudget(60, call.signal));
    call.abort();
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
