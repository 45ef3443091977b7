import { areaRegistry, updateEntity } from '@hub/ha/registries.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { describe, expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool as list } from './list.ts';
import { tool as remove } from './remove.ts';
import { tool as set } from './set.ts';
import { withHelper } from './testing/with-helper.ts';

const NAME = 'Set helper test';

await describeHomes('ha_config_set_helper', (context) => {
  it.each([
    ['input_button', {}, {}, {}],
    ['input_boolean', { initial: 'on', icon: 'mdi:lamp' }, { initial: true, icon: 'mdi:lamp' }, {}],
    ['input_select', { options: 'Day, Night' }, { options: ['Day', 'Night'] }, { options: ['Day', 'Night'] }],
    [
      'input_number',
      { min: 5, max_value: 30, step: 0.5, unit: '°C', mode: 'box', initial: '21.5' },
      { min: 5, max: 30, step: 0.5, unit_of_measurement: '°C', mode: 'box', initial: 21.5 },
      { min: 5, max: 30, mode: 'box', unit_of_measurement: '°C' },
    ],
    ['input_text', { config: { pattern: '[a-z]*', max_value: 12 } }, { pattern: '[a-z]*', max: 12 }, { max: 12 }],
    ['input_datetime', {}, { has_date: true, has_time: true }, { has_date: true, has_time: true }],
    ['counter', { min_value: 1, max_value: 9, initial: 3, restore: false }, { minimum: 1, maximum: 9, initial: 3 }, {}],
    ['timer', { duration: '0:05:00' }, { duration: '0:05:00' }, { duration: '0:05:00' }],
    [
      'schedule',
      { monday: [{ from: '08:00:00', to: '10:00:00', data: { mode: 'warm' } }] },
      { monday: [{ from: '08:00:00', to: '10:00:00', data: { mode: 'warm' } }] },
      {},
    ],
    ['zone', { latitude: 1.5, longitude: 2.5, radius: 40 }, { radius: 40 }, { latitude: 1.5, radius: 40 }],
    ['person', { device_trackers: [] }, { device_trackers: [] }, {}],
    ['tag', { tag_id: 'helper-test-tag' }, { id: 'helper-test-tag' }, { tag_id: 'helper-test-tag' }],
  ])('a new %s is stored as asked, shows as an entity and is listed', (helper_type, args, stored, attributes) =>
    withHelper(context, { name: NAME, helper_type, ...args }, async ({ id, entityId, context: ctx }) => {
      expect(entityId).toMatch(new RegExp(`^${helper_type}\\.`));
      expect((await ctx.home.states()).get(entityId)?.attributes).toMatchObject({ friendly_name: NAME, ...attributes });
      const { helpers } = await runTool(list, { helper_type, limit: 500 }, ctx);
      const row = { id, name: NAME, entity_id: entityId, editable: true, ...stored };
      expect(helpers?.find((one) => one.id === id)).toMatchObject(row);
      expect(ctx.keptEdits).toMatchObject([{ before: undefined, after: { id } }]);
    }),
  );

  it('a change leaves every setting it does not name', () =>
    withHelper(
      context,
      { name: NAME, helper_type: 'input_number', min_value: 0, max_value: 10, icon: 'mdi:ruler' },
      async ({ id, context: ctx }) => {
        const answer = await runTool(set, { helper_type: 'input_number', helper_id: id, max_value: 20 }, ctx);
        const after = { name: NAME, min: 0, max: 20, step: 1, icon: 'mdi:ruler' };
        expect(answer).toMatchObject({ action: 'update', data: after });
        expect(ctx.keptEdits.at(-1)).toMatchObject({ before: { max: 10 }, after });
      },
    ));

  it("'' takes a setting away", () =>
    withHelper(
      context,
      { name: NAME, helper_type: 'input_boolean', icon: 'mdi:lamp' },
      async ({ id, context: ctx }) => {
        const { data } = await runTool(set, { helper_type: 'input_boolean', helper_id: id, icon: '' }, ctx);
        expect(data).not.toHaveProperty('icon');
      },
    ));

  it('a helper is found by its entity id, also after somebody renamed the entity', () =>
    withHelper(context, { name: NAME, helper_type: 'counter' }, async ({ id, entityId, context: ctx }) => {
      await updateEntity(ctx.home, entityId, { new_entity_id: 'counter.helper_test_renamed' });
      const call = { helper_type: 'counter', helper_id: 'counter.helper_test_renamed', step: 2 };
      const answer = await runTool(set, call, ctx);
      expect(answer).toMatchObject({ entity_id: 'counter.helper_test_renamed', data: { id, step: 2 } });
    }));

  it('the area is checked and set on the entity', () =>
    withHelper(context, { name: NAME, helper_type: 'timer' }, async ({ id, entityId, context: ctx }) => {
      const change = (area_id: string) => runTool(set, { helper_type: 'timer', helper_id: id, area_id }, ctx);
      await expect(change('no such room')).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
      const { area_id: area } = await areaRegistry.create(ctx.home, { name: 'Helper test room' });
      try {
        expect(await change('Helper test room')).toMatchObject({ entity_id: entityId, area_id: area });
        expect((await ctx.home.entities()).get(entityId)?.area_id).toBe(area);
        expect(ctx.keptEdits.at(-1)?.item).toEqual({ kind: 'entity', id: entityId });
      } finally {
        await areaRegistry.remove(ctx.home, area);
      }
    }));

  it('the icon of a tag, which keeps none itself, is set on its entity', () =>
    withHelper(
      context,
      { name: NAME, helper_type: 'tag', tag_id: 'helper-test-icon', icon: 'mdi:nfc' },
      async ({ entityId, context: ctx }) => {
        expect((await ctx.home.entities()).get(entityId)?.icon).toBe('mdi:nfc');
      },
    ));

  it('the same name twice is refused, with the id of the one there is', () =>
    withHelper(context, { name: NAME, helper_type: 'input_button' }, async ({ id, context: ctx }) => {
      await expect(runTool(set, { helper_type: 'input_button', name: NAME.toUpperCase() }, ctx)).rejects.toMatchObject({
        code: 'VALIDATION_INVALID_PARAMETER',
        context: { existing_helper_id: id },
      });
    }));

  it('a range that was not given is the one of the editor, and said', () =>
    withHelper(context, { name: NAME, helper_type: 'input_text' }, async ({ context: ctx }) => {
      const answer = await runTool(set, { helper_type: 'input_number', name: `${NAME} range` }, ctx);
      expect(answer).toMatchObject({ data: { min: 0, max: 100 }, warnings: [expect.stringContaining('0 to 100')] });
      await runTool(remove, { target: answer.entity_id, confirm: true }, ctx);
    }));
});

await describeReal('ha_config_set_helper', (home) => {
  it("a value that only Home Assistant can judge comes back with Home Assistant's words", async () => {
    await using open = await openView(home);
    const call = { helper_type: 'timer', name: NAME, duration: 'soon' };
    const refused = { code: 'VALIDATION_FAILED', message: expect.stringContaining('soon') };
    await expect(runTool(set, call, createToolContext({ view: open.view }))).rejects.toMatchObject(refused);
  });
});

describe('ha_config_set_helper refuses before it asks the home', () => {
  const valid = { helper_type: 'input_boolean', name: NAME };

  it.each([
    ['an input_number that runs backwards', { helper_type: 'input_number', min_value: 9, max_value: 1 }, 'min_value'],
    ['an input_number that starts outside', { helper_type: 'input_number', initial: 101 }, 'initial'],
    ['a counter that runs backwards', { helper_type: 'counter', min_value: 9, max_value: 1 }, 'min_value'],
    ['a counter of halves', { helper_type: 'counter', initial: 1.5 }, 'initial'],
    ['a select without options', { helper_type: 'input_select', options: [] }, 'options'],
    ['a select that starts elsewhere', { helper_type: 'input_select', options: ['a'], initial: 'b' }, 'initial'],
    ['neither date nor time', { helper_type: 'input_datetime', has_date: false, has_time: false }, 'has_date'],
    ['a zone without a place', { helper_type: 'zone' }, 'latitude'],
    ['a missing name', { name: undefined }, 'name'],
    ['an empty name', { name: ' ' }, 'name'],
    ['a setting of another type', { options: ['a'] }, 'options'],
    ['an unknown key in config', { config: { colour: 'red' } }, 'config.colour'],
    ['a mode of another type', { helper_type: 'input_number', mode: 'password' }, 'mode'],
    ['a start that is neither on nor off', { initial: 'maybe' }, 'initial'],
    ['action update without helper_id', { action: 'update' }, 'helper_id'],
    ['action create with helper_id', { action: 'create', helper_id: 'x' }, 'helper_id'],
    ['entry_id for a stored type', { entry_id: 'x' }, 'entry_id'],
    ['a part of nothing', { subentry_type: 'x' }, 'subentry_type'],
    ['a part of a template', { helper_type: 'template', subentry_id: 'x' }, 'subentry_id'],
    ['an area that is no text', { config: { area_id: 5 } }, 'config.area_id'],
  ])('%s', async (_title, args, parameter) => {
    await expect(runTool(set, { ...valid, ...args }, createToolContext())).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { parameter },
    });
  });
});
