import type { EntityState } from '@hub/ha/records.ts';
import { areaRegistry } from '@hub/ha/registries.ts';
import { waitForState } from '@hub/ha/wait-for.ts';
import { describe, expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import type { TestToolContext } from '../testing/tool-context.ts';
import { ENTRY_KINDS } from './kinds.ts';
import { tool as list } from './list.ts';
import { tool as remove } from './remove.ts';
import { tool as set } from './set.ts';

const NAME = 'Entry helper test';
const TEMPERATURE = 'sensor.outside_temperature';
const HUMIDITY = 'sensor.outside_humidity';

/** A helper kept as a config entry, removed when `use` ends. */
async function withEntryHelper(
  context: () => TestToolContext,
  args: Readonly<Record<string, unknown>>,
  use: (made: {
    entryId: string;
    entityId: string;
    answer: Record<string, unknown>;
    context: TestToolContext;
  }) => Promise<void>,
): Promise<void> {
  const ctx = context();
  const answer = await runTool(set, { name: NAME, ...args }, ctx);
  const entryId = String(answer['entry_id']);
  try {
    await use({ entryId, entityId: answer.entity_id ?? '', answer, context: ctx });
  } finally {
    await runTool(remove, { target: entryId, confirm: true }, context());
  }
}

/** Every kind, with what it needs, and a change of it: the settings, and what is seen stored afterwards. */
const KINDS: readonly [string, Record<string, unknown>, Record<string, unknown>, RegExp][] = [
  ['template', { template_type: 'sensor', state: '{{ 1 + 1 }}' }, { state: '{{ 3 }}' }, /^sensor\./],
  ['group', { entities: 'light.bed_light, light.ceiling_lights' }, { all: true }, /^light\./],
  ['utility_meter', { source: 'sensor.rain_today', cycle: 'daily' }, { periodically_resetting: false }, /^sensor\./],
  ['derivative', { source: TEMPERATURE, time_window: '00:10:00' }, { round: 1 }, /^sensor\./],
  ['min_max', { entity_ids: [TEMPERATURE], type: 'max' }, { type: 'min' }, /^sensor\./],
  ['threshold', { entity_id: TEMPERATURE, upper: 20 }, { upper: 25 }, /^binary_sensor\./],
  ['integration', { source: TEMPERATURE, max_sub_interval: 60 }, { round: 2 }, /^sensor\./],
  [
    'statistics',
    { entity_id: TEMPERATURE, state_characteristic: 'mean', sampling_size: 20 },
    { sampling_size: 30 },
    /^sensor\./,
  ],
  ['trend', { entity_id: TEMPERATURE }, { min_gradient: 0.5 }, /^binary_sensor\./],
  ['random', { next_step_id: 'sensor', maximum: 6 }, { maximum: 9 }, /^sensor\./],
  ['filter', { entity_id: TEMPERATURE, filter: 'lowpass' }, { precision: 1 }, /^sensor\./],
  ['tod', { after_time: '08:00', before_time: '10:00' }, { before_time: '11:00:00' }, /^binary_sensor\./],
  [
    'generic_thermostat',
    { target_sensor: TEMPERATURE, heater: 'switch.decorative_lights' },
    { cold_tolerance: 0.5 },
    /^climate\./,
  ],
  ['switch_as_x', { entity_id: 'switch.ac', target_domain: 'light' }, { invert: true }, /^light\./],
  [
    'generic_hygrostat',
    { target_sensor: HUMIDITY, humidifier: 'switch.decorative_lights', device_class: 'humidifier' },
    { dry_tolerance: 5 },
    /^humidifier\./,
  ],
  [
    'history_stats',
    { entity_id: 'light.bed_light', type: 'time', state: 'on', end: '{{ now() }}', duration: { hours: 24 } },
    { duration: '12:00:00' },
    /^sensor\./,
  ],
  [
    'mold_indicator',
    {
      ...{ indoor_temp_sensor: TEMPERATURE, indoor_humidity_sensor: HUMIDITY },
      ...{ outdoor_temp_sensor: TEMPERATURE, calibration_factor: 2 },
    },
    { calibration_factor: 2.5 },
    /^sensor\./,
  ],
];

describe('the kinds under test', () => {
  it('are all there are', () => expect(KINDS.map(([kind]) => kind)).toEqual(ENTRY_KINDS));
});

await describeRealHome('helpers kept as config entries', (context) => {
  it.each(KINDS)('a %s is made, listed, changed and removed', (helper_type, config, change, entity) =>
    withEntryHelper(context, { helper_type, config }, async ({ entryId, entityId, answer, context: ctx }) => {
      expect(answer).toMatchObject({ action: 'create', method: 'config_flow', title: NAME, entity_ids: [entityId] });
      expect(answer).not.toHaveProperty('warnings');
      expect(entityId).toMatch(entity);
      const isNamed = (state: EntityState | undefined) => String(state?.attributes['friendly_name']).includes(NAME);
      expect(await waitForState(ctx.home, entityId, isNamed, { deadlineMs: 5_000 })).toBeDefined();
      expect(ctx.keptEdits[0]).toMatchObject({
        ...{ item: { kind: `helper_${helper_type}`, id: entryId }, before: undefined },
        after: { entry_id: entryId, domain: helper_type, title: NAME },
      });

      const changed = await runTool(set, { helper_type, helper_id: entityId, config: change }, ctx);
      expect(changed).toMatchObject({ action: 'update', updated: true, entry_id: entryId });
      const { helpers } = await runTool(list, { helper_type, helper_id: entityId }, ctx);
      const [row] = helpers ?? [];
      expect(row).toMatchObject({ id: entryId, name: NAME, entity_id: entityId, editable: true });
      const stored = helper_type === 'history_stats' ? { duration: { hours: 12, minutes: 0, seconds: 0 } } : change;
      expect(row?.['options']).toMatchObject(stored);
    }),
  );

  it('a change keeps every setting it does not name, also inside a section', () =>
    withEntryHelper(
      context,
      {
        helper_type: 'template',
        config: { next_step_id: 'sensor', state: '{{ 1 }}', unit_of_measurement: 'mm', availability: '{{ true }}' },
      },
      async ({ entryId, context: ctx }) => {
        const { data } = await runTool(
          set,
          { helper_type: 'template', entry_id: entryId, config: { state: '{{ 2 }}' } },
          ctx,
        );
        const kept = { unit_of_measurement: 'mm', additional_options: { availability: '{{ true }}' } };
        expect(data).toMatchObject({ step_id: 'sensor', options: { state: '{{ 2 }}', ...kept } });
        expect(ctx.keptEdits.at(-1)).toMatchObject({ before: { options: { state: '{{ 1 }}', ...kept } } });
        const cleared = await runTool(
          set,
          { helper_type: 'template', entry_id: entryId, config: { unit_of_measurement: null } },
          ctx,
        );
        expect(cleared.data['options']).not.toHaveProperty('unit_of_measurement');
      },
    ));

  it("tariffs give one meter each; all of a helper's entities are filed", async () => {
    const { area_id: area } = await areaRegistry.create(context().home, { name: 'Entry helper room' });
    const config = { name: NAME, source: 'sensor.rain_today', cycle: 'monthly', tariffs: 'peak', area_id: area };
    try {
      await withEntryHelper(
        context,
        { helper_type: 'utility_meter', name: undefined, config },
        async ({ answer, context: ctx }) => {
          const ids = answer['entity_ids'];
          expect(ids).toEqual(
            expect.arrayContaining([expect.stringMatching(/^select\./), expect.stringMatching(/^sensor\./)]),
          );
          const entries = await ctx.home.entities();
          for (const id of ids as string[]) expect(entries.get(id)?.area_id).toBe(area);
          expect(answer['applied']).toHaveLength((ids as string[]).length);
        },
      );
    } finally {
      await areaRegistry.remove(context().home, area);
    }
  });

  it('another name is taken by the entry and its entity', () =>
    withEntryHelper(
      context,
      { helper_type: 'min_max', config: { entity_ids: TEMPERATURE, type: 'max' } },
      async ({ entryId, entityId, context: ctx }) => {
        const answer = await runTool(set, { helper_type: 'min_max', helper_id: entryId, name: `${NAME} two` }, ctx);
        expect(answer).toMatchObject({ title: `${NAME} two`, entity_id: entityId });
        expect((await ctx.home.entities()).get(entityId)?.original_name).toBe(`${NAME} two`);
      },
    ));

  it.each([
    ['a missing field, with its choices', 'utility_meter', { source: 'sensor.rain_today' }, 'cycle', 'daily, weekly'],
    ['a choice there is not', 'utility_meter', { source: 'sensor.rain_today', cycle: 'dayly' }, 'cycle', 'daily'],
    ['an entity of another kind', 'utility_meter', { source: 'light.bed_light', cycle: 'daily' }, 'source', 'sensor'],
    [
      'a setting there is not',
      'min_max',
      { entity_ids: [TEMPERATURE], type: 'max', colour: 'red' },
      'colour',
      'nothing asks',
    ],
    ['a template that is none', 'template', { template_type: 'sensor', state: '{{ 1' }, 'state', 'template'],
    ['a form that asks for one of two', 'threshold', { entity_id: TEMPERATURE }, 'config', 'limit'],
    ['a missing choice of a menu', 'template', { state: '{{ 1 }}' }, 'config.next_step_id', 'sensor'],
    [
      'a choice no menu has',
      'template',
      { template_type: 'nope', state: '1' },
      'config.next_step_id',
      "'nope' is none",
    ],
    [
      'a placeholder of a secret',
      'template',
      { template_type: 'sensor', state: '<redacted>' },
      'config.state',
      'secret',
    ],
  ])('%s is refused by name', async (_title, helper_type, config, parameter, words) => {
    const ctx = context();
    const isMenu = parameter === 'config.next_step_id';
    await expect(runTool(set, { helper_type, name: NAME, config }, ctx)).rejects.toMatchObject({
      code: isMenu ? 'CONFIG_MISSING_REQUIRED_FIELDS' : 'VALIDATION_INVALID_PARAMETER',
      message: expect.stringContaining(words),
      context: { parameter },
    });
    expect(ctx.keptEdits).toEqual([]);
  });

  it('an entity there is not is refused with the nearest ones: Home Assistant would take it', async () => {
    const config = { source: 'sensor.rain_todey', cycle: 'daily' };
    await expect(runTool(set, { helper_type: 'utility_meter', name: NAME, config }, context())).rejects.toMatchObject({
      ...{ code: 'ENTITY_NOT_FOUND', context: { parameter: 'config.source' } },
      suggestions: expect.arrayContaining([expect.stringContaining('sensor.rain_today')]),
    });
  });

  it('a meter on what is no rising total is made, with a warning', () =>
    withEntryHelper(
      context,
      { helper_type: 'utility_meter', config: { source: TEMPERATURE, cycle: 'daily' } },
      async ({ answer }) => expect(answer['warnings']).toEqual([expect.stringContaining('state_class')]),
    ));

  it('what cannot be changed any more is named, and nothing changes', () =>
    withEntryHelper(
      context,
      { helper_type: 'filter', config: { entity_id: TEMPERATURE, filter: 'lowpass' } },
      async ({ entryId, context: ctx }) => {
        const change = (config: Record<string, unknown>) =>
          runTool(set, { helper_type: 'filter', helper_id: entryId, config }, ctx);
        await expect(change({ filter: 'range', precision: 0 })).rejects.toMatchObject({
          code: 'VALIDATION_INVALID_PARAMETER',
          message: expect.stringContaining('filter'),
        });
        await expect(change({})).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
        const { helpers } = await runTool(list, { helper_type: 'filter', helper_id: entryId }, ctx);
        expect(helpers?.[0]?.['options']).toMatchObject({ filter: 'lowpass', precision: 2 });
      },
    ));

  it('the same name twice, another kind, and a helper there is not are refused', () =>
    withEntryHelper(
      context,
      { helper_type: 'tod', config: { after_time: '08:00:00', before_time: '10:00:00' } },
      async ({ entryId, context: ctx }) => {
        const call = { helper_type: 'tod', config: { after_time: '08:00:00', before_time: '10:00:00' } };
        await expect(runTool(set, { ...call, name: NAME.toUpperCase() }, ctx)).rejects.toMatchObject({
          code: 'VALIDATION_INVALID_PARAMETER',
          context: { existing_helper_id: entryId },
        });
        await expect(
          runTool(set, { helper_type: 'filter', helper_id: entryId, config: { precision: 1 } }, ctx),
        ).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER', context: { parameter: 'helper_id' } });
        await expect(runTool(set, { ...call, helper_id: 'binary_sensor.none_such' }, ctx)).rejects.toMatchObject({
          code: 'ENTITY_NOT_FOUND',
          context: { available_helper_ids: [entryId] },
        });
        await expect(
          runTool(remove, { target: 'nothing', helper_type: 'tod', confirm: true }, ctx),
        ).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
      },
    ));

  it('describing tells what a type asks for, and makes nothing', async () => {
    const ctx = context();
    const describing = (args: Record<string, unknown>) => runTool(list, { describe: true, ...args }, ctx);
    const menu = await describing({ helper_type: 'template' });
    expect(menu).toMatchObject({ flow_type: 'menu', menu_options: expect.arrayContaining(['sensor', 'light']) });
    const form = await describing({ helper_type: 'template', menu_choice: 'sensor' });
    expect(form).toMatchObject({ flow_type: 'form', step_id: 'sensor' });
    expect(form['data_schema']).toContainEqual(
      expect.objectContaining({ name: 'state', required: true, label: expect.any(String) }),
    );
    const meter = await describing({ helper_type: 'utility_meter' });
    expect(meter['data_schema']).toContainEqual(expect.objectContaining({ name: 'offset', help: expect.any(String) }));
    expect(await describing({ helper_type: 'counter' })).toMatchObject({ settings: expect.arrayContaining(['step']) });
    await expect(describing({ helper_type: 'all' })).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    expect((await runTool(list, { helper_type: 'template' }, ctx)).total_count).toBe(0);
  });
});
