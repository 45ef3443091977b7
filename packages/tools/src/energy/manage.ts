import { Fault } from '@hub/core/fault.ts';
import { listDashboards } from '@hub/ha/dashboards.ts';
import { type EnergyPrefs, saveEnergyPrefs, validateEnergyPrefs } from '@hub/ha/energy.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { withAdvice } from '../shared/config-faults.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { type Change, changeOf } from './change.ts';
import { DEVICE_SHAPES, LISTS, SOURCE_SHAPES } from './entry-fields.ts';
import { dashboardCards, flatIssues, hashesOf, readPrefs } from './prefs.ts';
import { isEntry, shapeErrors } from './shape-errors.ts';
import { doubts, fittingByKind, readStatisticsAtHand, statisticsIn, unitOf } from './statistics.ts';

const record = z.record(z.string(), z.unknown());

const input = z.strictObject({
  mode: z.enum(['get', 'set', 'add_device', 'remove_device', 'add_source']),
  config: record
    .optional()
    .describe('set: the lists to replace, whole: energy_sources, device_consumption, device_consumption_water'),
  config_hash: z
    .union([z.string(), z.partialRecord(z.enum(LISTS), z.string())])
    .optional()
    .describe('set: from get, of all or (config_hash_per_key) of each list in config'),
  dry_run: z.boolean().default(false).describe('check and tell, save nothing'),
  stat_consumption: z
    .string()
    .optional()
    .describe('add_device, remove_device: the statistic, e.g. sensor.fridge_energy'),
  name: z.string().optional().describe('add_device: shown name'),
  included_in_stat: z.string().optional().describe('add_device: the device whose meter counts this one too'),
  water: z.boolean().default(false).describe('add_device, remove_device: a water meter'),
  source: record
    .optional()
    .describe(
      "add_source: e.g. {type: 'grid', stat_energy_from: 'sensor.grid_energy'}; solar, battery, gas, water, home",
    ),
  preview: previewParameter,
  include_schema: z.boolean().default(false).describe('get: which fields sources and devices take'),
  include_statistics: z.boolean().default(false).describe('get: which statistics this home has for them'),
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_manage_energy_prefs',
  title: 'Manage Energy Dashboard Preferences',
  docs: "Reads or changes what Home Assistant's energy dashboard counts: sources (grid, solar, battery, gas, water) and single devices. Start with get and include_statistics to see which sensors fit; add_source and add_device need no hash. For the figures themselves use ha_get_history with source statistics; to show them elsewhere put the named dashboard_cards into a view with ha_config_set_dashboard.",
  tags: ['Energy'],
  scope: 'home',
  effect: {
    lowest: 'read',
    max: 'configure',
    of: ({ mode, dry_run: isDry }) => (mode === 'get' || isDry ? 'read' : 'configure'),
  },
  input,
  output: z.looseObject({
    ...successShape,
    partial: z.literal(true).optional(),
    mode: z.enum(['get', 'set', 'add_device', 'remove_device', 'add_source']),
    config_hash: z.string().optional(),
    config_hash_per_key: z.record(z.string(), z.string()).optional(),
    message: z.string().optional(),
  }),
  items: ({ mode, dry_run: isDry }) => (mode === 'get' || isDry ? [] : [ITEM]),
  async run(call, context) {
    if (call.mode === 'get') return get(call, context);
    const change = changeOf(call);
    return call.dry_run ? preview(call, change, context) : save(call, change, context);
  },
});

const ITEM = { kind: 'energy_prefs', id: 'energy' };

async function get(call: Input, context: ToolContext) {
  const [{ prefs, isNew }, dashboards] = await Promise.all([readPrefs(context), dashboardsOf(context)]);
  return {
    success: true as const,
    mode: call.mode,
    config: prefs,
    ...hashesOf(prefs),
    ...cardsOf(prefs),
    ...dashboards,
    ...(isNew ? { note: 'The energy dashboard was never set up here; add_source begins it.' } : {}),
    ...(call.include_statistics || isNew ? await statisticsKeys(prefs, context) : {}),
    ...(call.include_schema ? { core_contract: contract() } : {}),
  };
}

/** Where the cards could go, so that nobody needs to ask for it; a home that does not tell is none the worse. */
async function dashboardsOf({ home, signal }: ToolContext) {
  try {
    const own = (await listDashboards(home, { signal })).map(({ url_path: urlPath }) => urlPath);
    return own.length > 0
      ? { dashboards: own }
      : {
          dashboards: [],
          dashboards_note: 'Only the default one: put cards into a new url_path, or read that one first.',
        };
  } catch (error) {
    if (error instanceof Fault && !signal.aborted) return {};
    throw error;
  }
}

/** What is used now, and what else would fit. */
async function statisticsKeys(prefs: EnergyPrefs, context: ToolContext) {
  const atHand = await readStatisticsAtHand(context);
  const used = [...new Set(statisticsIn(prefs).map(({ id }) => id))];
  return {
    statistics_metadata: used.map((id) => ({
      statistic_id: id,
      unit: unitOf(atHand, id),
      recorded: atHand.kept.has(id),
    })),
    available_statistics: fittingByKind(atHand),
  };
}

function contract() {
  const fieldsOf = ({ fields, required }: (typeof SOURCE_SHAPES)[string]) => ({ required, fields });
  return {
    status: 'available',
    command: 'energy/save_prefs',
    energy_sources: Object.fromEntries(
      Object.entries(SOURCE_SHAPES).map(([type, shape]) => [type, shape && fieldsOf(shape)]),
    ),
    device_consumption: fieldsOf(DEVICE_SHAPES.device_consumption),
    device_consumption_water: fieldsOf(DEVICE_SHAPES.device_consumption_water),
  };
}

async function preview({ mode }: Input, change: Change, context: ToolContext) {
  const { prefs } = await readPrefs(context);
  const lists = change.lists(prefs);
  const errors = shapeErrors(lists);
  const warnings = await doubtsAbout(prefs, lists, context);
  const { target } = change;
  return {
    success: true as const,
    mode,
    dry_run: true as const,
    ...(target === undefined
      ? {}
      : {
          ...change.preview,
          target_key: target,
          current_count: prefs[target].length,
          new_count: (lists[target] as readonly unknown[]).length,
        }),
    shape_errors: errors,
    current_state_validation_errors: flatIssues(await validateEnergyPrefs(context.home, { signal: context.signal })),
    message:
      errors.length > 0
        ? 'Nothing was saved, and Home Assistant would refuse this: see shape_errors.'
        : 'Nothing was saved. Home Assistant checks the statistics of what is saved only: see current_state_validation_errors.',
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

async function save({ mode }: Input, change: Change, context: ToolContext) {
  const { home, signal, edits } = context;
  const { prefs: before } = await readPrefs(context);
  const lists = change.lists(before);
  assertShape(mode, lists);
  const warnings = await doubtsAbout(before, lists, context);
  let prefs = before;
  await edits.change({
    item: ITEM,
    async read() {
      // A home that never set it up has empty lists: the first device is a change of these, and a second like it is refused.
      ({ prefs } = await readPrefs(context));
      return prefs;
    },
    plan: () => ({ ...prefs, ...change.lists(prefs) }),
    // Worked out once more from what was just read: saving replaces a whole list.
    async write() {
      const wanted = change.lists(prefs);
      await saveEnergyPrefs(home, wanted, { signal }).catch((error: unknown) => {
        throw isRefusedGrid(error, wanted) ? withAdvice(error, { mode }, OTHER_GRID) : error;
      });
    },
  });
  const { target } = change;
  return {
    success: true as const,
    mode,
    ...hashesOf(prefs),
    ...(target === undefined ? {} : { target_key: target, new_count: prefs[target].length }),
    message: 'Energy preferences saved; Home Assistant shows them on its Energy page.',
    ...cardsOf(prefs),
    ...(await afterwards(context, warnings)),
  };
}

const OTHER_GRID =
  'Homes before 2026 want a grid source as {flow_from: [{stat_energy_from}], flow_to: [{stat_energy_to}]}, later ones as {stat_energy_from, stat_energy_to}.';

function isRefusedGrid(error: unknown, { energy_sources: sources }: Readonly<Record<string, unknown>>): boolean {
  if (!(error instanceof Fault && error.code === 'VALIDATION_FAILED') || !Array.isArray(sources)) return false;
  return sources.some((source: unknown) => isEntry(source) && source['type'] === 'grid');
}

/** What Home Assistant says about what it has saved; that it could not be asked changes nothing about the save. */
async function afterwards({ home, signal }: ToolContext, noted: readonly string[]) {
  try {
    const issues = flatIssues(await validateEnergyPrefs(home, { signal }));
    const told = issues.length > 0 ? ['Saved, but Home Assistant finds fault: see post_save_validation_errors.'] : [];
    const warnings = [...noted, ...told];
    return {
      ...(issues.length > 0 ? { post_save_validation_errors: issues } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return {
      partial: true as const,
      warnings: [...noted, `Saved, but Home Assistant's own check of it failed: ${error.message}`],
    };
  }
}

function assertShape(mode: string, lists: Readonly<Record<string, unknown>>): void {
  const errors = shapeErrors(lists);
  const [first] = errors;
  if (!first) return;
  throw new Fault('VALIDATION_FAILED', `Home Assistant would refuse this: ${first.path} ${first.error}.`, {
    suggestion: "mode 'get' with include_schema tells the fields of each type.",
    context: { mode, shape_errors: errors },
  });
}

/** Only what the call brings in: what already stands there is for Home Assistant's own check to judge. */
async function doubtsAbout(prefs: EnergyPrefs, lists: Readonly<Record<string, unknown>>, context: ToolContext) {
  const known = new Set(statisticsIn(prefs).map(({ id }) => id));
  const brought = statisticsIn(lists).filter(({ id }) => !known.has(id));
  return brought.length === 0 ? [] : doubts(await readStatisticsAtHand(context), brought);
}

function cardsOf(prefs: EnergyPrefs) {
  const cards = dashboardCards(prefs);
  return cards.length > 0 ? { dashboard_cards: cards } : {};
}
