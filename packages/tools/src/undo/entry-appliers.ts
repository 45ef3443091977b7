import { canonicalJson } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import { createPipeline, deletePipeline, listPipelines, preferPipeline, updatePipeline } from '@hub/ha/assist.ts';
import { enableConfigEntry, removeConfigEntry, removeSubentry, renameConfigEntry } from '@hub/ha/config-entries.ts';
import { reloadEntry } from '@hub/ha/core-control.ts';
import { readEnergyPrefs, saveEnergyPrefs } from '@hub/ha/energy.ts';
import { type FlowAnswers, type FlowEnd, runFlow } from '@hub/ha/run-flow.ts';
import { keptSubentry } from '../helpers/kept-subentry.ts';
import { ENTRY_KINDS } from '../helpers/kinds.ts';
import { keptEntry } from '../shared/kept-entry.ts';
import { helperItem } from '../shared/stored-helper.ts';
import { type Applied, type Applier, type ItemContext, isSameItem, omit, type Row, rowOf } from './applier.ts';

const SECRETS =
  'what an integration is set up with may hold secrets, which the hub does not keep; set it up or change it again.';

/** Helpers that are entries of their own: changed and made again by their dialogue. */
const helperEntry: Applier = {
  essence: (item) => omit(item, ['entry_id', 'disabled_by']),
  read: (context, id) => keptEntry(context, id),
  async write(context, id, wanted, now) {
    const { home, signal } = context;
    if (wanted === undefined) {
      await removeConfigEntry(home, id, { signal });
      return {};
    }
    return now === undefined ? make(context, rowOf(wanted)) : change(context, id, rowOf(wanted), rowOf(now));
  },
};

async function change({ home, signal }: ItemContext, id: string, wanted: Row, now: Row): Promise<Applied> {
  if (canonicalJson(wanted['disabled_by'] ?? null) !== canonicalJson(now['disabled_by'] ?? null))
    await enableConfigEntry(home, id, wanted['disabled_by'] == null, { signal });
  if (canonicalJson(wanted['options'] ?? null) !== canonicalJson(now['options'] ?? null)) {
    const answers = rowOf(wanted['options']);
    assertMade(await runFlow(home, { door: 'options', handler: id }, answers, { signal }));
  }
  if (wanted['title'] !== now['title']) {
    await renameConfigEntry(home, id, String(wanted['title']), { signal });
    await reloadEntry(home, id, { signal });
  }
  return {};
}

async function make({ home, signal }: ItemContext, wanted: Row): Promise<Applied> {
  const step = wanted['step_id'];
  const choice = typeof step === 'string' && step !== 'init' ? { next_step_id: step } : {};
  const answers: FlowAnswers = { ...choice, ...rowOf(wanted['options']), name: wanted['title'] };
  const start = { door: 'config' as const, handler: String(wanted['domain']) };
  const soft = ['name', 'next_step_id'];
  const end = assertMade(await runFlow(home, start, answers, { signal, soft }));
  const id = String(rowOf(end.step['result'])['entry_id']);
  return { id, warnings: ['It is another entry now; its entities keep their ids where the home remembers them.'] };
}

function assertMade(end: FlowEnd): Extract<FlowEnd, { type: 'created' }> {
  if (end.type === 'created') return end;
  const why = end.type === 'aborted' ? end.reason : [...end.names, ...Object.values(end.errors)].join(', ');
  throw new Fault('VALIDATION_FAILED', `Home Assistant does not take the earlier settings any more: ${why}`, {
    suggestion: 'Nothing was changed. The diff shows the earlier settings.',
  });
}

const configEntry: Applier = {
  ...helperEntry,
  essence: (item) => omit(item, ['entry_id']),
  // Stopped or started, it still has what it was set up with.
  obstacle: (wanted, now) =>
    wanted === undefined || (now !== undefined && isSameItem(helperEntry, wanted, now)) ? undefined : SECRETS,
};

/** The id is `<entry>/<subentry>`. */
const subentry: Applier = {
  essence: (item) => omit(item, ['subentry_id']),
  obstacle: (wanted) => (wanted === undefined ? undefined : SECRETS),
  read: (context, id) => keptSubentry(context, ...split(id)),
  async write({ home, signal }, id) {
    await removeSubentry(home, ...split(id), { signal });
    return {};
  },
};

const pipeline: Applier = {
  essence: (item) => omit(item, ['id']),
  read: async ({ home, signal }, id) => (await listPipelines(home, { signal })).pipelines.find((one) => one.id === id),
  async write({ home, signal }, id, wanted, now) {
    const fields = omit(wanted, ['id']) ?? {};
    if (wanted === undefined) await deletePipeline(home, id, { signal });
    else if (now !== undefined) await updatePipeline(home, id, fields, { signal });
    else return { id: (await createPipeline(home, fields, { signal })).id };
    return {};
  },
};

const preferred: Applier = {
  obstacle: (wanted) => (wanted === undefined ? 'none was preferred before, and that cannot be chosen.' : undefined),
  read: async ({ home, signal }) => (await listPipelines(home, { signal })).preferred_pipeline ?? undefined,
  async write({ home, signal }, _id, wanted) {
    await preferPipeline(home, String(wanted), { signal });
    return {};
  },
};

const EMPTY = { energy_sources: [], device_consumption: [], device_consumption_water: [] };

const energy: Applier = {
  // A home that never set it up has none; set back, it has empty lists.
  essence: (item) => (canonicalJson(item ?? EMPTY) === canonicalJson(EMPTY) ? undefined : item),
  async read({ home, signal }) {
    const found = await readEnergyPrefs(home, { signal });
    return found && { ...EMPTY, ...found };
  },
  async write({ home, signal }, _id, wanted) {
    await saveEnergyPrefs(home, { ...EMPTY, ...rowOf(wanted) }, { signal });
    return {};
  },
};

export const entryAppliers: Readonly<Record<string, Applier>> = {
  ...Object.fromEntries(ENTRY_KINDS.map((kind) => [helperItem(kind, '').kind, helperEntry])),
  config_entry: configEntry,
  config_subentry: subentry,
  pipeline,
  preferred_pipeline: preferred,
  energy_prefs: energy,
};

function split(key: string): [string, string] {
  const at = key.indexOf('/');
  return [key.slice(0, at), key.slice(at + 1)];
}
