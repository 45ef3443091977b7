import { deleteConfigItem, writeConfigItem } from '@hub/ha/config-files.ts';
import { areaRegistry, floorRegistry, labelRegistry, updateEntity } from '@hub/ha/registries.ts';
import type { View } from '@hub/ha/view.ts';
import { waitForEntity, waitForGone } from '@hub/ha/wait-for.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeHomes } from '../testing/each-home.ts';
import { withHelper } from '../testing/own-helper.ts';
import { runTool } from '../testing/run-tool.ts';
import { someLight } from '../testing/some-light.ts';
import type { TestToolContext } from '../testing/tool-context.ts';
import { tool } from './search.ts';

const rows = z.array(z.record(z.string(), z.unknown()));
const answered = z.looseObject({
  entities: rows.default([]),
  automations: rows.default([]),
  scripts: rows.default([]),
  scenes: rows.default([]),
  helpers: rows.default([]),
  entity_total_matches: z.number(),
  config_total_matches: z.number(),
  partial: z.boolean(),
  count: z.number(),
  has_more: z.boolean(),
  next_offset: z.number().nullable(),
  warnings: z.array(z.string()),
});
const search = async (args: object, at: TestToolContext) => answered.parse(await runTool(tool, args, at));
const idsOf = (found: readonly Readonly<Record<string, unknown>>[]) => found.map(({ entity_id: id }) => id);

const APPEARS = { deadlineMs: 15_000 };

async function withItem(
  view: View,
  kind: 'automation' | 'script' | 'scene',
  id: string,
  config: Record<string, unknown>,
  use: (entityId: string) => Promise<void>,
): Promise<void> {
  const name = String(config['alias'] ?? config['name']);
  await writeConfigItem(view, kind, id, config);
  const state = await waitForEntity(view, (one) => one.attributes['friendly_name'] === name, APPEARS);
  if (!state) throw new Error(`${name} did not appear`);
  try {
    await use(state.entity_id);
  } finally {
    await deleteConfigItem(view, kind, id);
    await waitForGone(view, state.entity_id, APPEARS);
  }
}

await describeHomes('ha_search', (context) => {
  it('an exact search that finds nothing names what is like it', async () => {
    const at = context();
    const answer = await runTool(tool, { query: 'kitchenette light' }, at);
    expect(answer).toMatchObject({
      entities: [],
      suggestions: expect.arrayContaining([expect.stringMatching(/kitchen/)]),
    });
    expect(await runTool(tool, { query: 'qqqqqqqq' }, at)).not.toHaveProperty('suggestions');
  });

  it('finds entities by a part of id or name, the whole first, hidden ones below', async () => {
    const at = context();
    await withHelper(at.home, 'Quokka Lamp', async (whole) =>
      withHelper(at.home, 'Quokka Lamp Two', async (part) => {
        await updateEntity(at.home, part, { hidden_by: 'user' });
        const found = await search({ query: 'quokka lamp' }, at);
        expect(found).toMatchObject({
          search_type: 'exact_match',
          entities: [
            {
              entity_id: whole,
              friendly_name: 'Quokka Lamp',
              domain: 'input_boolean',
              state: 'off',
              score: 100,
              match_type: 'exact_match',
            },
            { entity_id: part, score: 60 },
          ],
          entity_total_matches: 2,
          helpers: [{ entity_id: whole, helper_type: 'input_boolean', match_in_name: true }, { entity_id: part }],
          count: 4,
          partial: false,
          has_more: false,
          next_offset: null,
        });
        const shown = await search({ query: 'quokka lamp', include_hidden: false, search_types: undefined }, at);
        expect(idsOf(shown.entities)).toEqual([whole]);
      }),
    );
  });

  it('finds misspelled words and aliases when not exact', async () => {
    const at = context();
    await withHelper(at.home, 'Wombat Heater', async (entityId) => {
      await updateEntity(at.home, entityId, { aliases: ['Toasty Corner'] });
      const fuzzy = async (query: string) => search({ query, exact_match: false, domain_filter: 'input_boolean' }, at);
      expect(await fuzzy('heater wombat')).toMatchObject({
        search_type: 'fuzzy_search',
        entities: [{ entity_id: entityId }],
      });
      expect((await fuzzy('wombt haeter')).entities[0]).toMatchObject({
        entity_id: entityId,
        match_type: 'typo_fallback',
      });
      expect((await fuzzy('toasty')).entities[0]).toMatchObject({ entity_id: entityId, match_type: 'alias_match' });
      await updateEntity(at.home, entityId, { name: 'Numbat Cooler' });
      expect(idsOf((await fuzzy('numbat')).entities)).toEqual([entityId]);
      expect((await fuzzy('xyznonexistent')).entity_total_matches).toBe(0);
    });
  });

  it('lists a domain or a state page by page, without configurations', async () => {
    const at = context();
    const all = await search({ domain_filter: ' Light ', limit: 200 }, at);
    expect(all).toMatchObject({ search_type: 'domain_listing', domain_filter: 'light', config_total_matches: 0 });
    expect(all.entities.every(({ domain, match_type: type }) => domain === 'light' && type === 'domain_listing')).toBe(
      true,
    );
    const first = await search({ domain_filter: 'light', limit: 2 }, at);
    const second = await search({ domain_filter: 'light', limit: 2, offset: 2 }, at);
    expect(first).toMatchObject({ has_more: true, next_offset: 2, entity_next_offset: 2, count: 2 });
    expect([...first.entities, ...second.entities]).toEqual(all.entities.slice(0, 4));
    const inState = await search({ state_filter: 'ON', limit: 200 }, at);
    expect(inState).toMatchObject({ search_type: 'state_listing' });
    expect(inState.entities.every(({ state }) => state === 'on')).toBe(true);
    expect((await search({ domain_filter: 'no_such' }, at)).entities).toEqual([]);
  });

  it('lists areas and whole floors, with or without a query', async () => {
    const at = context();
    const floor = await floorRegistry.create(at.home, { name: 'Search Test Floor' });
    const area = await areaRegistry.create(at.home, { name: 'Search Test Room', floor_id: floor.floor_id });
    await withHelper(at.home, 'Ibis One', async (one) =>
      withHelper(at.home, 'Heron Two', async (two) => {
        for (const id of [one, two]) await updateEntity(at.home, id, { area_id: area.area_id });
        const inArea = await search({ area_filter: 'search test room' }, at);
        expect(inArea).toMatchObject({
          search_type: 'area_only',
          area_names: ['Search Test Room'],
          entity_total_matches: 2,
        });
        expect(inArea.entities[0]).toMatchObject({ match_type: 'area_match', score: 100 });
        const onFloor = await search({ area_filter: 'Search Test Floor', query: 'ibis' }, at);
        expect(onFloor).toMatchObject({
          search_type: 'area_filtered_query',
          entities: [{ entity_id: one, match_type: 'partial_id' }],
        });
        expect(onFloor.warnings).toEqual([
          expect.stringContaining('Configurations were not searched'),
          expect.stringContaining('expanded to 1 area(s)'),
        ]);
        const fields = { result_fields: 'entity_id,area,floor', group_by_domain: true, per_domain_limit: 1 };
        const shaped = await search({ area_filter: area.area_id, ...fields }, at);
        const row = { entity_id: two, area: 'Search Test Room', floor: 'Search Test Floor' };
        expect(shaped.entities[0]).toEqual(row);
        expect(shaped['by_domain']).toEqual({ input_boolean: [row] });
      }),
    );
    await areaRegistry.remove(at.home, area.area_id);
    await floorRegistry.remove(at.home, floor.floor_id);
    const none = await search({ area_filter: 'no_such_area_4711', domain_filter: 'light' }, at);
    expect(none).toMatchObject({ entities: [], area_names: [], has_more: false, next_offset: null });
    expect(none['message']).toContain('No light entities found in area');
  });

  it('adds labels and aliases on request, and the members of a group', async () => {
    const at = context();
    const label = await labelRegistry.create(at.home, { name: 'Search Test Label' });
    await withHelper(at.home, 'Pelican', async (entityId) => {
      await updateEntity(at.home, entityId, { labels: [label.label_id], aliases: ['Bill'] });
      const fields = ['labels', 'aliases', 'member_entity_ids'];
      expect((await search({ query: 'pelican', result_fields: fields }, at)).entities).toEqual([
        { labels: ['Search Test Label'], aliases: ['Bill'], is_group: false },
      ]);
    });
    await labelRegistry.remove(at.home, label.label_id);
  });

  it('finds automations, scripts and scenes by what stands in them, also right after an edit', async () => {
    const at = context();
    const light = await someLight(at.home);
    const automation = (marker: string) => ({
      alias: 'Search Test Automation',
      triggers: [{ trigger: 'event', event_type: marker }],
      actions: [{ action: 'light.turn_on', target: { entity_id: light } }],
    });
    await withItem(at.home, 'automation', '4711001', automation('marsupial_one'), async (entityId) => {
      const found = await search({ query: 'marsupial_one', include_config: true }, at);
      expect(found.automations).toMatchObject([
        {
          entity_id: entityId,
          friendly_name: 'Search Test Automation',
          score: 100,
          match_in_name: false,
          match_in_config: true,
        },
      ]);
      expect(found.automations[0]?.['config']).toMatchObject({ alias: 'Search Test Automation' });
      expect(found).toMatchObject({ entities: [], config_total_matches: 1, config_has_more: false });
      expect((await search({ query: light }, at)).automations).toContainEqual(
        expect.objectContaining({ entity_id: entityId }),
      );

      const before = (await at.home.states()).get(entityId)?.last_changed;
      await writeConfigItem(at.home, 'automation', '4711001', automation('marsupial_two'));
      await waitForEntity(
        at.home,
        (one) => one.entity_id === entityId && one.last_changed !== before && one.state === 'on',
        APPEARS,
      );
      expect((await search({ query: 'marsupial_two' }, at)).automations).toHaveLength(1);
      expect((await search({ query: 'marsupial_one' }, at)).automations).toHaveLength(0);
      const words = await search({ query: 'marsupial two', exact_match: false, search_types: 'automation' }, at);
      expect(words).toMatchObject({ entities: [], automations: [{ match_in_config: true }] });
    });
    const script = { alias: 'Search Test Script', sequence: [{ event: 'marsupial_three' }] };
    await withItem(at.home, 'script', 'search_test_script', script, async () => {
      const { scripts } = await search({ query: 'marsupial_three' }, at);
      expect(scripts).toMatchObject([{ script_id: 'search_test_script', match_in_config: true }]);
    });
    const scene = { name: 'Search Test Scene', entities: { [light]: { state: 'on' } } };
    await withItem(at.home, 'scene', '4711002', scene, async () => {
      const { scenes, ...rest } = await search({ query: light, search_types: ['scene'] }, at);
      expect(scenes).toContainEqual(expect.objectContaining({ scene_id: '4711002', match_in_config: true }));
      expect(rest.partial).toBe(false);
    });
  });

  it('finds dashboards by their cards when asked to', async () => {
    const at = context();
    const urlPath = 'search-test-board';
    const made = z.looseObject({ id: z.string() }).parse(
      await at.home.send({
        type: 'lovelace/dashboards/create',
        url_path: urlPath,
        title: 'Search Board',
        mode: 'storage',
      }),
    );
    const board = { views: [{ cards: [{ type: 'markdown', content: 'marsupial_board' }] }] };
    await at.home.send({ type: 'lovelace/config/save', url_path: urlPath, config: board });
    const found = await search({ query: 'marsupial_board', search_types: ['dashboard'] }, at);
    expect(found['dashboards']).toMatchObject([
      { dashboard_url: urlPath, dashboard_title: 'Search Board', match_in_config: true },
    ]);
    expect(found.partial).toBe(false);
    expect(await search({ query: 'marsupial_board' }, at)).not.toHaveProperty('dashboards');
    await at.home.send({ type: 'lovelace/dashboards/delete', dashboard_id: made.id });
  });

  it('keeps to the fields asked for, and never hides that there is more', async () => {
    const at = context();
    const found = await runTool(tool, { domain_filter: 'light', limit: 1, fields: ['entities', 'nonsense'] }, at);
    expect(found).toMatchObject({
      success: true,
      has_more: true,
      partial: false,
      warnings: [expect.stringContaining('nonsense')],
    });
    expect(found).not.toHaveProperty('automations');
  });

  it('refuses a search for nothing, and unknown types and fields', async () => {
    const code = 'VALIDATION_FAILED';
    const refused = (args: object) => expect(runTool(tool, args, context())).rejects;
    await refused({}).toMatchObject({ code, context: { parameter: 'query' } });
    await refused({ query: '   ', domain_filter: ' ' }).toMatchObject({ code });
    await refused({ query: '', search_types: ['automation'] }).toMatchObject({ code });
    await refused({ query: 'x', search_types: ['frobnicate'] }).toMatchObject({
      context: { parameter: 'search_types' },
    });
    await refused({ query: 'x', search_types: [] }).toMatchObject({ code });
    await refused({ query: 'x', result_fields: ['colour'] }).toMatchObject({
      code,
      suggestions: [expect.stringContaining('friendly_name')],
    });
  });
});
