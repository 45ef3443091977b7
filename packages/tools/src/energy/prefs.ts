import { configHash } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import { type EnergyPrefs, type EnergyValidation, readEnergyPrefs } from '@hub/ha/energy.ts';
import type { ToolContext } from '../define.ts';
import { LISTS, type ListName } from './entry-fields.ts';

export type PrefsHash = string | Readonly<Partial<Record<ListName, string>>>;

const EMPTY: EnergyPrefs = { energy_sources: [], device_consumption: [], device_consumption_water: [] };

/** What is set up; empty lists before the first time. */
export async function readPrefs({ home, signal }: ToolContext): Promise<{ prefs: EnergyPrefs; isNew: boolean }> {
  const prefs = await readEnergyPrefs(home, { signal });
  return { prefs: prefs ?? EMPTY, isNew: prefs === undefined };
}

export function hashesOf(prefs: EnergyPrefs) {
  return {
    config_hash: configHash(prefs),
    config_hash_per_key: Object.fromEntries(LISTS.map((list) => [list, listHash(prefs, list)])),
  };
}

function listHash(prefs: EnergyPrefs, list: ListName): string {
  return configHash({ [list]: prefs[list] });
}

/** @throws Fault VALIDATION_FAILED when hashes are given for other lists than are sent */
export function checkHashKeys(config: Readonly<Record<string, unknown>>, hash: PrefsHash): void {
  if (typeof hash === 'string') return;
  const sent = Object.keys(config).sort();
  const hashed = Object.keys(hash).sort();
  if (sent.join() === hashed.join()) return;
  throw new Fault('VALIDATION_FAILED', '`config_hash`: its keys must be those of config.', {
    suggestion: 'Send one entry of config_hash_per_key for each list in config, or the whole config_hash as text.',
    context: {
      mode: 'set',
      submitted_keys: sent,
      hashed_keys: hashed,
      missing_in_hash: sent.filter((key) => !hashed.includes(key)),
      extra_in_hash: hashed.filter((key) => !sent.includes(key)),
    },
  });
}

/** @throws Fault RESOURCE_LOCKED unless what is set up is what the caller worked from */
export function assertUnchanged(prefs: EnergyPrefs, hash: PrefsHash): void {
  const changed = LISTS.filter((list) =>
    typeof hash === 'string' ? false : hash[list] !== undefined && hash[list] !== listHash(prefs, list),
  );
  const isStale = typeof hash === 'string' ? hash !== configHash(prefs) : changed.length > 0;
  if (!isStale) return;
  const where = changed.length > 0 ? `: ${changed.join(', ')}` : '';
  throw new Fault('RESOURCE_LOCKED', `The energy preferences were modified since last read${where} (conflict).`, {
    suggestion: "Read them again with mode 'get', redo the change on what you get, and send its hash.",
    context: { mode: 'set', ...(changed.length > 0 ? { mismatched_keys: changed } : {}) },
  });
}

export interface ValidationError {
  readonly path: string;
  readonly type: string;
  readonly affected: readonly (readonly [string, unknown])[];
}

/** Home Assistant's own findings as a flat list. */
export function flatIssues(validation: EnergyValidation): ValidationError[] {
  return LISTS.flatMap((list) =>
    validation[list].flatMap((issues, at) =>
      issues.map(({ type, affected_entities: affected }) => ({ path: `${list}[${at}]`, type, affected })),
    ),
  );
}

/** Cards that have something to show with these preferences, in the order of Home Assistant's own page. */
export function dashboardCards(prefs: EnergyPrefs): string[] {
  const types = new Set(prefs.energy_sources.map(({ type }) => type));
  const isPowered = ['grid', 'solar', 'battery'].some((type) => types.has(type));
  const cards: readonly (readonly [string, boolean])[] = [
    ['energy-usage-graph', isPowered],
    ['energy-solar-graph', types.has('solar')],
    ['energy-gas-graph', types.has('gas')],
    ['energy-water-graph', types.has('water')],
    ['energy-distribution', isPowered],
    ['energy-sources-table', types.size > 0],
    ['energy-devices-graph', prefs.device_consumption.length > 0],
  ];
  const shown = cards.filter(([, isShown]) => isShown).map(([card]) => card);
  return shown.length > 0 ? ['energy-date-selection', ...shown] : [];
}
