import { Fault } from '@hub/core/fault.ts';
import { expect, test } from 'vitest';
import { within } from './pause.ts';

test('a wait that was cancelled before it began still hears the promise fail', async () => {
  const unheard: unknown[] = [];
  const listen = (reason: unknown) => void unheard.push(reason);
  process.on('unhandledRejection', listen);
  try {
    const { promise, reject } = Promise.withResolvers<never>();
    const waiting = within(promise, 1_000, AbortSignal.abort(), () => new Fault('CONNECTION_TIMEOUT', 'late'));
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    reject(new Fault('CONNECTION_FAILED', 'the home is away'));
    await new Promise(setImmediate);
    expect(unheard).toEqual([]);
  } finally {
    process.removeListener('unhandledRejection', listen);
  }
});
