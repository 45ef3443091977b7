import { Fault } from '@hub/core/fault.ts';
import type { EnergyPrefs } from '@hub/ha/energy.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import type { ListName } from './entry-fields.ts';
import { assertUnchanged, checkHashKeys, type PrefsHash } from './prefs.ts';
import { isEntry } from './shape-errors.ts';

type Entry = Readonly<Record<string, unknown>>;

export interface ChangeInput {
  readonly mode: 'get' | 'set' | 'add_device' | 'remove_device' | 'add_source';
  readonly config?: Entry | undefined;
  readonly config_hash?: PrefsHash | undefined;
  readonly dry_run: boolean;
  readonly stat_consumption?: string | undefined;
  readonly name?: string | undefined;
  readonly included_in_stat?: string | undefined;
  readonly water: boolean;
  readonly source?: Entry | undefined;
}

/** How one call changes the preferences. */
export interface Change {
  /** The one list it touches; undefined when it sets several. */
  readonly target: ListName | undefined;
  /** The lists to save, worked out from what stands there. @throws Fault when they do not allow it */
  lists(prefs: EnergyPrefs): Entry;
  /** What a preview calls it. */
  readonly preview: Entry;
}

/** @throws Fault VALIDATION_MISSING_PARAMETER | VALIDATION_INVALID_PARAMETER | VALIDATION_FAILED */
export function changeOf(input: ChangeInput): Change {
  switch (input.mode) {
    case 'add_device':
      return addDevice(input);
    case 'remove_device':
      return removeDevice(input);
    case 'add_source':
      return addSource(input);
    default:
      return setLists(input);
  }
}

function setLists({ config: given, config_hash: hash, dry_run: isDry }: ChangeInput): Change {
  if (given === undefined)
    throw missing('set', 'config', "Read it with mode 'get', change what you get, and send the lists you changed.");
  if (Object.keys(given).length === 0)
    throw new Fault('VALIDATION_FAILED', '`config`: names no list, so nothing would change.', {
      suggestion: 'Give energy_sources, device_consumption or device_consumption_water.',
      context: { mode: 'set', parameter: 'config' },
    });
  if (hash === undefined && !isDry)
    throw missing('set', 'config_hash', "Take it from mode 'get'; a dry_run needs none.");
  if (hash !== undefined && !isDry) checkHashKeys(given, hash);
  const sources: unknown = given['energy_sources'];
  const config = Array.isArray(sources) ? { ...given, energy_sources: sources.map(completed) } : given;
  return {
    target: undefined,
    lists(prefs) {
      if (hash !== undefined && !isDry) assertUnchanged(prefs, hash);
      return config;
    },
    preview: {},
  };
}

function addDevice(input: ChangeInput): Change {
  const stat = statOf(input);
  const target = targetOf(input);
  const { name, included_in_stat: parent } = input;
  const device = {
    stat_consumption: stat,
    ...(name === undefined ? {} : { name }),
    ...(parent === undefined ? {} : { included_in_stat: parent }),
  };
  return {
    target,
    lists({ [target]: devices }) {
      if (devices.some((one) => one['stat_consumption'] === stat))
        throw new Fault('RESOURCE_ALREADY_EXISTS', `${stat} is already in ${target}.`, {
          suggestion: "Remove it first with mode 'remove_device' to replace it.",
          context: { mode: 'add_device', stat_consumption: stat, target_key: target },
        });
      return { [target]: [...devices, device] };
    },
    preview: { would_add: device },
  };
}

function removeDevice(input: ChangeInput): Change {
  const stat = statOf(input);
  const target = targetOf(input);
  return {
    target,
    lists({ [target]: devices }) {
      const kept = devices.filter((one) => one['stat_consumption'] !== stat);
      if (kept.length === devices.length)
        throw new Fault('RESOURCE_NOT_FOUND', `There is no device ${stat} in ${target}.`, {
          suggestion: ["Read what there is with mode 'get'.", 'water decides which list is meant.'],
          context: {
            mode: 'remove_device',
            stat_consumption: stat,
            target_key: target,
            devices: devices.map((one) => one['stat_consumption']),
          },
        });
      return { [target]: kept };
    },
    preview: { would_remove: { stat_consumption: stat } },
  };
}

function addSource({ source: given }: ChangeInput): Change {
  if (given === undefined)
    throw missing('add_source', 'source', "E.g. {type: 'grid', stat_energy_from: 'sensor.grid_energy'}.");
  const source = completed(given);
  // A second meter of the house is refused by Home Assistant whatever its id.
  const key = given['type'] === 'home' ? 'stat_energy_to' : 'stat_energy_from';
  return {
    target: 'energy_sources',
    lists({ energy_sources: sources }) {
      const { type, [key]: meter } = given;
      if (typeof meter === 'string' && sources.some((one) => one['type'] === type && one[key] === meter))
        throw new Fault('RESOURCE_ALREADY_EXISTS', `A ${String(type)} source already has this ${key}.`, {
          suggestion: "Change it with mode 'set'.",
          context: { mode: 'add_source', type, [key]: meter, target_key: 'energy_sources' },
        });
      return { energy_sources: [...sources, source] };
    },
    preview: { would_add: source },
  };
}

/** Home Assistant asks each grid connection for its daily fee, which most have none of. */
function completed<T>(source: T): T {
  if (!isEntry(source) || source['type'] !== 'grid' || 'cost_adjustment_day' in source) return source;
  return { ...source, cost_adjustment_day: 0 };
}

function targetOf({ water }: ChangeInput) {
  return water ? 'device_consumption_water' : 'device_consumption';
}

function statOf({ mode, stat_consumption: given }: ChangeInput): string {
  const hint = 'E.g. sensor.fridge_energy.';
  if (given === undefined) throw missing(mode, 'stat_consumption', hint);
  const stat = given.trim();
  if (stat === '') throw invalidParameter('stat_consumption', 'is empty.', hint, { mode, value: given });
  return stat;
}

function missing(mode: string, parameter: string, suggestion: string): Fault {
  return new Fault('VALIDATION_MISSING_PARAMETER', `\`${parameter}\` is required with mode '${mode}'.`, {
    suggestion,
    context: { mode, parameter },
  });
}
