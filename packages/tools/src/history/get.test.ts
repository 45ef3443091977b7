import { createHelper, deleteHelper } from '@hub/ha/helpers.ts';
import { callService } from '@hub/ha/services.ts';
import type { View } from '@hub/ha/view.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { localTime } from '../shared/local-time.ts';
import { type OpenView, openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext, type TestToolContext } from '../testing/tool-context.ts';
import { tool } from './get.ts';

/** The recorder writes each second and tells nobody when: what is asked for is there once it is there. */
const RECORDED = { timeout: 15_000, interval: 250 };

const rows = z.array(z.looseObject({ state: z.unknown(), last_changed: z.string().default('') }));
const figures = z.array(z.looseObject({ start: z.string() }));
const answerShape = z.looseObject({
  data: z.looseObject({
    entities: z.tuple([z.looseObject({ states: rows.optional(), statistics: figures.optional() })]),
  }),
});

/** The one series of an answer about one entity. */
const only = (answer: unknown) => answerShape.parse(answer).data.entities[0];

const statesOf = (answer: unknown) => (only(answer).states ?? []).map(({ state }) => state);

await describeReal('ha_get_history', (home) => {
  let open: OpenView;
  beforeAll(async () => {
    open = await openView(home);
  });
  afterAll(() => open[Symbol.asyncDispose]());
  const context = () => createToolContext({ view: open.view });
  let made = 0;

  /** A helper of our own that was switched on and off. */
  async function withSwitched(use: (entityId: string, context: TestToolContext) => Promise<void>): Promise<void> {
    const ctx = context();
    const { id } = await createHelper(ctx.home, 'input_boolean', { name: `History test ${++made}` });
    const entityId = `input_boolean.${id}`;
    try {
      for (const service of ['turn_on', 'turn_off', 'turn_on'])
        await callService(ctx.home, 'input_boolean', service, { target: { entity_id: entityId } });
      const read = async () => statesOf(await runTool(tool, { entity_ids: entityId }, ctx));
      await expect.poll(read, RECORDED).toEqual(['on', 'off', 'on', 'off']);
      await use(entityId, ctx);
    } finally {
      await deleteHelper(ctx.home, 'input_boolean', id);
    }
  }

  it('changes come newest first, or oldest first when asked, in the time of the home', () =>
    withSwitched(async (entityId, ctx) => {
      const answer = await runTool(tool, { entity_ids: [entityId], start_time: '1h', order: 'asc' }, ctx);
      expect(statesOf(answer)).toEqual(['off', 'on', 'off', 'on']);
      const { timeZone } = ctx.home.info;
      expect(answer.metadata.home_assistant_timezone).toBe(timeZone);
      const times = (only(answer).states ?? []).map((row) => row.last_changed);
      expect(times).toEqual(times.toSorted());
      expect(Math.abs(Date.now() - Date.parse(times.at(-1) ?? ''))).toBeLessThan(120_000);
      expect(times.at(-1)).toBe(localTime(times.at(-1) ?? '', timeZone));
    }));

  it('pages run through the whole history of one entity', () =>
    withSwitched(async (entityId, ctx) => {
      const first = only(await runTool(tool, { entity_ids: entityId, limit: 3 }, ctx));
      expect(first).toMatchObject({ total_count: 4, count: 3, has_more: true, next_offset: 3 });
      const last = await runTool(tool, { entity_ids: entityId, limit: 3, offset: 3 }, ctx);
      expect(only(last)).toMatchObject({ count: 1, has_more: false, next_offset: null });
      expect(statesOf(last)).toEqual(['off']);
    }));

  it('leaves out the state at the start when told so', () =>
    withSwitched(async (entityId, ctx) => {
      const call = { entity_ids: entityId, order: 'asc', core_options: { include_start_time_state: false } };
      const changes = statesOf(await runTool(tool, call, ctx));
      expect(changes.slice(-3)).toEqual(['on', 'off', 'on']);
    }));

  it('attributes come with minimal_response false only', () =>
    withSwitched(async (entityId, ctx) => {
      const short = only(await runTool(tool, { entity_ids: entityId, limit: 1 }, ctx));
      expect(short.states?.[0]).not.toHaveProperty('attributes');
      const long = only(await runTool(tool, { entity_ids: entityId, limit: 1, minimal_response: false }, ctx));
      expect(long.states?.[0]?.['attributes']).toMatchObject({
        friendly_name: expect.stringContaining('History test'),
      });
    }));

  it('several entities each have their rows; one that is not there is named in a warning', () =>
    withSwitched(async (entityId, ctx) => {
      const answer = await runTool(tool, { entity_ids: `${entityId}, light.not_here`, fields: 'entities' }, ctx);
      expect(answer.data['entities']).toMatchObject([
        { entity_id: entityId },
        { entity_id: 'light.not_here', states: [] },
      ]);
      expect(answer.data['warnings']).toEqual([expect.stringContaining('light.not_here')]);
      expect(Object.keys(answer.data).sort()).toEqual(['entities', 'success', 'warnings']);
    }));

  it('an entity that is not there has an empty history, and the answer names those like it', () =>
    withSwitched(async (entityId, ctx) => {
      const answer = await runTool(tool, { entity_ids: `${entityId}x` }, ctx);
      expect(only(answer)).toMatchObject({ states: [], total_count: 0, has_more: false });
      expect(answer.data['warnings']).toEqual([expect.stringContaining(`Did you mean ${entityId}`)]);
    }));

  it('an entity without a state_class has no statistics, and the answer says so', () =>
    withSwitched(async (entityId, ctx) => {
      const answer = await runTool(tool, { entity_ids: entityId, source: 'statistics' }, ctx);
      expect(only(answer)).toMatchObject({ statistics: [], total_count: 0 });
      expect(answer.data['warnings']).toEqual([expect.stringContaining('state_class')]);
    }));
});

await describeReal('ha_get_history of statistics', (home) => {
  it('gives sums per day with unit, times in the zone of the home', async () => {
    await using open = await openView(home);
    const ctx = createToolContext({ view: open.view });
    const id = 'history_test:energy';
    // Thirty hours from the midnight of UTC are two days of the home's as well, whatever the time is now.
    const start = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 48 * 3_600_000;
    const stats = Array.from({ length: 30 }, (_, at) => ({
      start: new Date(start + at * 3_600_000).toISOString(),
      state: at,
      sum: at * 2,
    }));
    const metadata = { has_mean: false, mean_type: 0, has_sum: true, name: 'History test', source: 'history_test' };
    const unit = { statistic_id: id, unit_of_measurement: 'kWh', unit_class: 'energy' };
    await open.view.send({ type: 'recorder/import_statistics', metadata: { ...metadata, ...unit }, stats });
    try {
      const call = { entity_ids: id, source: 'statistics', start_time: '3d', statistic_types: 'sum,change' };
      const hours = async () => only(await runTool(tool, { ...call, period: 'hour', order: 'asc' }, ctx));
      await expect.poll(async () => (await hours())['total_count'], RECORDED).toBe(30);
      expect(await hours()).toMatchObject({ unit_of_measurement: 'kWh' });
      expect((await hours()).statistics?.[1]).toEqual({
        start: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:00:00\.000\+0[12]:00$/),
        end: expect.any(String),
        sum: 2,
        change: 2,
      });
      const days = await runTool(tool, call, ctx);
      expect(days.data).toMatchObject({ period_type: 'day', statistic_types: ['sum', 'change'] });
      expect(only(days).statistics?.[0]?.start).toMatch(/T00:00:00\.000\+0[12]:00$/);
      expect(only(days).statistics?.[0]?.['sum']).toBe(58);
      for (const period of ['week', 'month', 'year']) {
        const coarse = await runTool(tool, { ...call, period }, ctx);
        expect(coarse.data).toMatchObject({ period_type: period });
        expect(only(coarse).statistics?.[0]?.['sum']).toBe(58);
      }
      // Only what Home Assistant itself measured has those, for some days.
      const fine = await runTool(tool, { ...call, period: '5minute' }, ctx);
      expect([fine.data['period_type'], only(fine)]).toEqual(['5minute', expect.objectContaining({ statistics: [] })]);
      const other = await runTool(
        tool,
        { ...call, include_schema: true, core_options: { units: { energy: 'Wh' } } },
        ctx,
      );
      expect(only(other)).toMatchObject({ unit_of_measurement: 'Wh', statistics: [{ sum: 58_000 }, {}] });
      expect(other.data['core_contract']).toMatchObject({ options: { units: expect.any(String) } });
    } finally {
      await open.view.send({ type: 'recorder/clear_statistics', statistic_ids: [id] });
    }
  });
});

describe('ha_get_history refuses before it asks the home', () => {
  const many = Array.from({ length: 101 }, (_, at) => `sensor.s${at}`);

  it.each([
    ['an empty list', { entity_ids: [] }, 'VALIDATION_MISSING_PARAMETER', 'entity_ids'],
    ['more than a hundred', { entity_ids: many }, 'VALIDATION_INVALID_PARAMETER', 'entity_ids'],
    ['an offset into several', { entity_ids: 'a.b,c.d', offset: 1 }, 'VALIDATION_INVALID_PARAMETER', 'offset'],
    ['a period there is not', { source: 'statistics', period: 'decade' }, 'VALIDATION_INVALID_PARAMETER', 'period'],
    [
      'a figure there is not',
      { source: 'statistics', statistic_types: 'median' },
      'VALIDATION_INVALID_PARAMETER',
      'statistic_types',
    ],
    [
      'an option that its own parameters hold',
      { core_options: { entity_ids: ['light.other'] } },
      'VALIDATION_INVALID_PARAMETER',
      'core_options',
    ],
    [
      'a unit that is no text',
      { source: 'statistics', core_options: { units: { energy: 1 } } },
      'VALIDATION_INVALID_PARAMETER',
      'core_options',
    ],
    ['a time that is none', { start_time: 'yesterday' }, 'VALIDATION_INVALID_PARAMETER', 'start_time'],
    ['an end before the start', { start_time: '1h', end_time: '2h' }, 'VALIDATION_INVALID_PARAMETER', 'start_time'],
    [
      'too long a time of many',
      { entity_ids: many.slice(0, 50), start_time: '90d' },
      'VALIDATION_INVALID_PARAMETER',
      'start_time',
    ],
  ])('%s', async (_title, args, code, parameter) => {
    // To refuse, the zone of the home is enough.
    const context = createToolContext({ view: { info: { timeZone: 'UTC' } } as View });
    const refused = { code, context: { parameter } };
    await expect(runTool(tool, { entity_ids: 'sensor.a', ...args }, context)).rejects.toMatchObject(refused);
  });
});
