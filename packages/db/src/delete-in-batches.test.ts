import { expect, test } from 'vitest';
import { deleteInBatches } from './delete-in-batches.ts';

test('the batch under way ends, and no further one begins once the work is told to end', async () => {
  const controller = new AbortController();
  const batches: number[] = [];
  const deleting = deleteInBatches(async (count) => {
    if (batches.push(count) === 2) controller.abort(new Error('told to end'));
    return { numAffectedRows: batches.length < 5 ? BigInt(count) : 0n };
  }, controller.signal);
  await expect(deleting).rejects.toThrow('told to end');
  expect(batches).toHaveLength(2);
});
