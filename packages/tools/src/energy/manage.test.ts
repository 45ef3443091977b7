import { deleteDashboard, listDashboards, readDashboard } from '@hub/ha/dashboards.ts';
import { readEnergyPrefs, saveEnergyPrefs } from '@hub/ha/energy.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { afterEach, expect, it } from 'vitest';
import { z } from 'zod';
import { tool as setDashboard } from '../dashboards/set.ts';
import { describeRealHome } from '../testing/each-home.ts';
import type { MemoryEdit } from '../testing/memory-edits.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool as undoTool } from '../undo/undo.ts';
import { tool } from './manage.ts';

const KWH = 'sensor.total_energy_kwh';
const MWH = 'sensor.total_energy_mwh';
const GAS = 'sensor.total_gas_m3';
const EMPTY = { energy_sources: [], device_consumption: [], device_consumption_water: [] };

const gotShape = z.looseObject({
  available_statistics: z.record(z.string(), z.array(z.looseObject({ statistic_id: z.string() }))),
});
const savedShape = z.looseObject({ dashboard_cards: z.array(z.string()) });

await describeRealHome('ha_manage_energy_prefs', (context) => {
  const manage = (mode: string, rest: object = {}, at = context()) => runTool(tool, { mode, ...rest }, at);

  afterEach(() => saveEnergyPrefs(context().home, EMPTY));

  it('gets what is set up with a hash of all and of each list, and what would fit', async () => {
    await saveEnergyPrefs(context().home, { device_consumption: [{ stat_consumption: KWH }] });
    expect(await manage('get', { include_statistics: true, include_schema: true })).toMatchObject({
      success: true,
      mode: 'get',
      config: { ...EMPTY, device_consumption: [{ stat_consumption: KWH }] },
      config_hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      config_hash_per_key: {
        energy_sources: expect.any(String),
        device_consumption: expect.any(String),
        device_consumption_water: expect.any(String),
      },
      dashboard_cards: ['energy-date-selection', 'energy-devices-graph'],
      statistics_metadata: [{ statistic_id: KWH, unit: 'kWh', recorded: expect.any(Boolean) }],
      available_statistics: {
        energy: expect.arrayContaining([
          { statistic_id: KWH, unit: 'kWh' },
          { statistic_id: MWH, unit: 'MWh' },
        ]),
        gas: expect.arrayContaining([{ statistic_id: GAS, unit: 'm³' }]),
        power: expect.arrayContaining([{ statistic_id: 'sensor.power_consumption', unit: 'W' }]),
      },
      core_contract: { status: 'available', energy_sources: { solar: { required: ['stat_energy_from'] } } },
    });
    const short = await manage('get');
    expect(short).not.toHaveProperty('available_statistics');
    expect(short).toMatchObject({ dashboards: expect.any(Array) });
  });

  it('adds a grid source without its daily fee, and names the cards that show it', async () => {
    const at = context();
    const added = await manage('add_source', { source: { type: 'grid', stat_energy_from: KWH } }, at);
    expect(added).toMatchObject({
      success: true,
      mode: 'add_source',
      target_key: 'energy_sources',
      new_count: 1,
      dashboard_cards: expect.arrayContaining(['energy-distribution', 'energy-usage-graph']),
    });
    expect((await readEnergyPrefs(at.home))?.energy_sources).toMatchObject([
      { type: 'grid', stat_energy_from: KWH, cost_adjustment_day: 0 },
    ]);
    expect(added.config_hash).toBe((await manage('get')).config_hash);
    expect(at.keptEdits).toMatchObject([
      {
        item: { kind: 'energy_prefs', id: 'energy' },
        before: EMPTY,
        after: { energy_sources: [{ stat_energy_from: KWH }] },
      },
    ]);
    await expect(manage('add_source', { source: { type: 'grid', stat_energy_from: KWH } })).rejects.toMatchObject({
      code: 'RESOURCE_ALREADY_EXISTS',
      context: { target_key: 'energy_sources' },
    });
  });

  it('adds and removes one device and leaves the others', async () => {
    await manage('add_device', { stat_consumption: KWH, name: 'Fridge' });
    expect(await manage('add_device', { stat_consumption: MWH, included_in_stat: KWH })).toMatchObject({
      target_key: 'device_consumption',
      new_count: 2,
    });
    await expect(manage('add_device', { stat_consumption: KWH })).rejects.toMatchObject({
      code: 'RESOURCE_ALREADY_EXISTS',
      context: { stat_consumption: KWH, target_key: 'device_consumption' },
    });
    expect(await manage('remove_device', { stat_consumption: KWH })).toMatchObject({ new_count: 1 });
    expect((await readEnergyPrefs(context().home))?.device_consumption).toEqual([
      { stat_consumption: MWH, included_in_stat: KWH },
    ]);
    await expect(manage('remove_device', { stat_consumption: MWH, water: true })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      context: { target_key: 'device_consumption_water' },
    });
  });

  it('sets one list by its own hash, all by the whole hash, and refuses a stale one of either', async () => {
    const first = await manage('get');
    const config = { device_consumption: [{ stat_consumption: KWH }] };
    const { device_consumption: hash } = first.config_hash_per_key ?? {};
    const second = await manage('set', { config, config_hash: { device_consumption: hash } });
    expect(second).toMatchObject({ mode: 'set', message: expect.any(String) });
    await expect(manage('set', { config, config_hash: { device_consumption: hash } })).rejects.toMatchObject({
      code: 'RESOURCE_LOCKED',
      context: { mismatched_keys: ['device_consumption'] },
    });
    await expect(manage('set', { config, config_hash: first.config_hash })).rejects.toMatchObject({
      code: 'RESOURCE_LOCKED',
    });
    const sources = { energy_sources: [{ type: 'solar', stat_energy_from: MWH }] };
    await manage('set', { config: sources, config_hash: second.config_hash });
    expect(await readEnergyPrefs(context().home)).toMatchObject({ ...config, ...sources });
    await expect(manage('set', { config: sources, config_hash: { device_consumption: hash } })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      context: { missing_in_hash: ['energy_sources'], extra_in_hash: ['device_consumption'] },
    });
  });

  it('saves a statistic that is not there, as it may come yet, and says which would fit', async () => {
    const missing = await manage('add_device', { stat_consumption: 'sensor.total_energy' });
    expect(missing.warnings).toEqual([
      expect.stringMatching(
        /there is no statistic sensor\.total_energy in this home\. Fitting: sensor\.total_energy_kwh/,
      ),
      expect.stringContaining('post_save_validation_errors'),
    ]);
    expect(missing).toMatchObject({
      post_save_validation_errors: expect.arrayContaining([
        expect.objectContaining({ path: 'device_consumption[0]', type: 'entity_not_defined' }),
      ]),
    });
    const wrong = await manage('add_source', { source: { type: 'solar', stat_energy_from: 'sensor.rain_today' } });
    expect(wrong.warnings?.[0]).toMatch(
      /device_class precipitation, and energy is needed\. Fitting: .*total_energy_kwh/,
    );
    const price = { type: 'gas', stat_energy_from: GAS, entity_energy_price: 'sensor.gas_price' };
    expect((await manage('add_source', { source: price })).warnings?.[0]).toMatch(
      /there is no entity sensor\.gas_price/,
    );
  });

  it('previews without saving, with the shape errors and what is wrong already', async () => {
    await saveEnergyPrefs(context().home, { device_consumption: [{ stat_consumption: 'sensor.energy_test_gone' }] });
    const at = context();
    expect(await manage('add_device', { stat_consumption: KWH, dry_run: true }, at)).toMatchObject({
      dry_run: true,
      would_add: { stat_consumption: KWH },
      target_key: 'device_consumption',
      current_count: 1,
      new_count: 2,
      shape_errors: [],
      current_state_validation_errors: expect.arrayContaining([
        expect.objectContaining({ path: 'device_consumption[0]', type: 'entity_not_defined' }),
      ]),
    });
    expect(await manage('remove_device', { stat_consumption: 'sensor.energy_test_gone', dry_run: true })).toMatchObject(
      {
        would_remove: { stat_consumption: 'sensor.energy_test_gone' },
        current_count: 1,
      },
    );
    const config = { energy_sources: [{ type: 'wind' }, { type: 'solar', stat_rat: 'x' }], appliances: [] };
    expect(await manage('set', { config, dry_run: true })).toMatchObject({
      mode: 'set',
      dry_run: true,
      shape_errors: [
        { path: 'appliances' },
        { path: 'energy_sources[0].type' },
        { path: 'energy_sources[1].stat_energy_from' },
        { path: 'energy_sources[1].stat_rat' },
      ],
    });
    expect(at.keptEdits).toEqual([]);
  });

  it('refuses what Home Assistant would, before sending it', async () => {
    const { config_hash } = await manage('get');
    const bad = { energy_sources: [{ type: 'grid', number_energy_price: '0.3' }] };
    await expect(manage('set', { config: bad, config_hash })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      context: {
        shape_errors: [{ path: 'energy_sources[0].number_energy_price' }, { path: 'energy_sources[0]' }],
      },
    });
    const old = { type: 'grid', flow_from: [{ stat_energy_from: KWH }], flow_to: [] };
    await expect(manage('add_source', { source: old })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      suggestions: expect.arrayContaining([expect.stringContaining('{stat_energy_from, stat_energy_to}')]),
    });
    expect(await readEnergyPrefs(context().home)).toEqual(EMPTY);
  });

  it('an energy section for a dashboard takes three calls and few bytes: what fits, the source, the cards', async () => {
    const { home } = context();
    const got = gotShape.parse(await manage('get', { include_statistics: true }));
    const meter = got.available_statistics['energy']?.[0]?.statistic_id;
    const saved = savedShape.parse(await manage('add_source', { source: { type: 'grid', stat_energy_from: meter } }));
    const cards = saved.dashboard_cards.map((type) => ({ type }));
    const config = { views: [{ title: 'Energy', type: 'sections', sections: [{ type: 'grid', cards }] }] };
    const shown = await runTool(setDashboard, { url_path: 'energy-story', config }, context());
    expect(shown).toMatchObject({ success: true, dashboard_created: true });
    expect(shown.warnings).toBeUndefined();
    expect(await readDashboard(home, 'energy-story')).toEqual(config);
    expect(JSON.stringify([got, saved, shown]).length).toBeLessThan(5_000);
    const row = (await listDashboards(home)).find(({ url_path: path }) => path === 'energy-story');
    await deleteDashboard(home, row?.id ?? '');
  });

  it('names the parameter that is missing', async () => {
    const missing = { code: 'VALIDATION_MISSING_PARAMETER' };
    await expect(manage('set')).rejects.toMatchObject({ ...missing, context: { mode: 'set', parameter: 'config' } });
    await expect(manage('set', { config: { energy_sources: [] } })).rejects.toMatchObject({
      ...missing,
      context: { parameter: 'config_hash' },
    });
    await expect(manage('add_device')).rejects.toMatchObject({
      ...missing,
      context: { parameter: 'stat_consumption' },
    });
    await expect(manage('add_source')).rejects.toMatchObject({ ...missing, context: { parameter: 'source' } });
    await expect(manage('remove_device', { stat_consumption: ' ' })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
    });
    await expect(manage('set', { config: {}, config_hash: 'x' })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('is a read when it reads or only tries', () => {
    const { effect } = tool;
    const of = (args: object) => (typeof effect === 'string' ? effect : effect.of(tool.input.parse(args)));
    expect(of({ mode: 'get' })).toBe('read');
    expect(of({ mode: 'add_device', stat_consumption: KWH, dry_run: true })).toBe('read');
    expect(of({ mode: 'add_device', stat_consumption: KWH })).toBe('configure');
  });

  it('is undone change by change, and not when somebody else changed it since', async () => {
    const { home } = context();
    const store: MemoryEdit[] = [];
    const at = (by: string) => createToolContext({ view: home, store, tool: by });
    const undo = () => runTool(undoTool, { confirm: true }, at('ha_undo'));
    await saveEnergyPrefs(home, EMPTY);
    await manage('add_device', { stat_consumption: KWH, name: 'Pump' }, at(tool.name));
    await manage('add_source', { source: { type: 'gas', stat_energy_from: GAS } }, at(tool.name));
    expect(await runTool(undoTool, {}, at('ha_undo'))).toMatchObject({
      can_undo: true,
      changes: [
        {
          kind: 'energy_prefs',
          undo: 'change_back',
          diff: expect.stringContaining(`-      "stat_energy_from": "${GAS}"`),
        },
      ],
    });
    expect(await undo()).toMatchObject({ preview: false, undone: [{ kind: 'energy_prefs' }] });
    expect(await readEnergyPrefs(home)).toMatchObject({
      energy_sources: [],
      device_consumption: [{ stat_consumption: KWH, name: 'Pump' }],
    });
    expect(await undo()).not.toHaveProperty('partial');
    expect(await readEnergyPrefs(home)).toMatchObject(EMPTY);

    await manage('add_device', { stat_consumption: KWH }, at(tool.name));
    await saveEnergyPrefs(home, { device_consumption: [{ stat_consumption: KWH }, { stat_consumption: MWH }] });
    await expect(undo()).rejects.toMatchObject({ message: expect.stringContaining('Conflict') });
    expect((await readEnergyPrefs(home))?.device_consumption).toHaveLength(2);
  });
});

await describeReal('ha_manage_energy_prefs without the rights of an administrator', (home) => {
  it('reads, and says of a change that the token may not make it', async ({ skip }) => {
    if (home.readOnlyToken === undefined) return skip('this home came without a second user');
    await using open = await openView({ url: home.url, token: home.readOnlyToken });
    const at = createToolContext({ view: open.view });
    const source = { type: 'grid', stat_energy_from: KWH };
    expect(await runTool(tool, { mode: 'get' }, at)).toMatchObject({ success: true });
    await expect(runTool(tool, { mode: 'add_source', source }, at)).rejects.toMatchObject({
      code: 'AUTH_INSUFFICIENT_PERMISSIONS',
    });
    expect(open.view.info.state).toBe('running');
  });
});
