import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool as remove } from './remove.ts';
import { tool as set } from './set.ts';
import { withHelper } from './testing/with-helper.ts';

const NAME = 'Remove helper test';

await describeHomes('ha_remove_helpers_integrations', (context) => {
  it('a removed helper is gone with its entity, kept as an edit, and unknown afterwards', () =>
    withHelper(context, { name: NAME, helper_type: 'input_boolean' }, async ({ id, entityId, context: ctx }) => {
      const answer = await runTool(remove, { target: entityId, confirm: true }, ctx);
      expect(answer).toMatchObject({ method: 'websocket_delete', unique_id: id, entity_ids: [entityId] });
      expect((await ctx.home.states()).has(entityId)).toBe(false);
      expect(ctx.keptEdits.at(-1)).toMatchObject({ before: { id, name: NAME }, after: undefined });
      const again = runTool(remove, { target: id, helper_type: 'input_boolean', confirm: true }, ctx);
      await expect(again).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
      const change = runTool(set, { helper_type: 'input_boolean', helper_id: id, icon: 'mdi:x' }, ctx);
      await expect(change).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
    }));

  it('nothing is removed without confirm', () =>
    withHelper(context, { name: NAME, helper_type: 'input_boolean' }, async ({ entityId, context: ctx }) => {
      const refused = { code: 'VALIDATION_INVALID_PARAMETER', context: { parameter: 'confirm' } };
      await expect(runTool(remove, { target: entityId }, ctx)).rejects.toMatchObject(refused);
      expect((await ctx.home.states()).has(entityId)).toBe(true);
    }));

  it('what is no helper is not removed by its name', async () => {
    const ctx = context();
    const removing = (target: string) => runTool(remove, { target, confirm: true }, ctx);
    await expect(removing('light.anything')).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
    await expect(removing('01ABCDEF')).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});
