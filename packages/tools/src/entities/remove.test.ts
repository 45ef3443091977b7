import { createHelper, deleteHelper } from '@hub/ha/helpers.ts';
import type { View } from '@hub/ha/view.ts';
import { waitForState } from '@hub/ha/wait-for.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './remove.ts';

/** A toggle whose registry entry a test may take away, as the stored helper is removed by its own id. */
async function withToggles(home: View, names: readonly string[], use: (ids: string[]) => Promise<void>): Promise<void> {
  const made = await Promise.all(names.map((name) => createHelper(home, 'input_boolean', { name })));
  const ids = made.map(({ id }) => `input_boolean.${id}`);
  for (const id of ids) await waitForState(home, id, () => true, { deadlineMs: 10_000 });
  await use(ids);
  for (const { id } of made) await deleteHelper(home, 'input_boolean', id);
}

await describeHomes('ha_remove_entity', (context) => {
  it('removes one, keeps its entry as an edit, and says that it was in use; the second time it is unknown', async () => {
    const at = context();
    await withToggles(at.home, ['Remove Entity Test'], async ([entityId = '']) => {
      expect(await runTool(tool, { entity_id: entityId }, at)).toMatchObject({
        success: true,
        entity_id: entityId,
        warnings: [expect.stringContaining('in use')],
      });
      expect((await at.home.entities()).has(entityId)).toBe(false);
      expect((await at.home.states()).has(entityId)).toBe(false);
      expect(at.keptEdits).toMatchObject([
        { item: { kind: 'entity', id: entityId }, before: { original_name: 'Remove Entity Test' }, after: undefined },
      ]);
      await expect(runTool(tool, { entity_id: entityId }, at)).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
    });
  });

  it('of a list what is there goes and what is not is told; nothing and too many are refused', async () => {
    const at = context();
    await withToggles(at.home, ['Remove Entity A', 'Remove Entity B'], async (ids) => {
      const answer = await runTool(tool, { entity_id: [...ids, 'light.no_such_one'] }, at);
      expect(answer).toMatchObject({
        success: true,
        total: 3,
        removed: ids,
        skipped: ['light.no_such_one'],
        errors: [],
      });
      expect(at.keptEdits).toHaveLength(2);
    });
    const invalid = { code: 'VALIDATION_INVALID_PARAMETER', context: { parameter: 'entity_id' } };
    const many = Array.from({ length: 101 }, (_, index) => `light.number_${index}`);
    for (const ids of [[], '', many])
      await expect(runTool(tool, { entity_id: ids }, at)).rejects.toMatchObject(invalid);
  });
});
