import { highestEffect, lowestCeiling } from '@hub/core/effect.ts';
import { ROLE_CEILING } from '@hub/core/policy.ts';
import type { Catalogue, Profile } from './catalogue.ts';
import type { ConnectorAccess } from './connector-access.ts';
import { wantsSearch } from './search-auto.ts';
import { isOff } from './tool-pins.ts';

/** The two lists a connector can have; which of them a caller sees may depend on its client. */
interface Profiles {
  readonly whole: Profile;
  readonly short: Profile;
}

const known = new WeakMap<ConnectorAccess, Profiles>();

/** The profile of what this caller sees. The list is the union over the homes: what is off at one may be on at another. */
export function profileOf(catalogue: Catalogue, connector: ConnectorAccess, clientName: string | undefined): Profile {
  const { whole, short } = profilesOf(connector);
  const { toolSearch } = connector.settings;
  if (toolSearch !== 'auto') return toolSearch === 'on' ? short : whole;
  return wantsSearch(clientName, catalogue.list(whole).length) ? short : whole;
}

/** As if its list were the short one, which is what ha_search_tools searches beyond. */
export function shortProfileOf(connector: ConnectorAccess): Profile {
  return profilesOf(connector).short;
}

/** Equal for two connectors when every client sees the same in both. */
export function listKeyOf(catalogue: Catalogue, connector: ConnectorAccess): string {
  const { whole, short } = profilesOf(connector);
  const { toolSearch } = connector.settings;
  const keys = [toolSearch === 'on' ? [] : [whole], toolSearch === 'off' ? [] : [short]].flat().map(catalogue.keyOf);
  return [toolSearch, ...keys].join('\n');
}

function profilesOf(connector: ConnectorAccess): Profiles {
  let profiles = known.get(connector);
  if (!profiles) {
    const whole = wholeProfile(connector);
    profiles = { whole, short: { ...whole, isSearching: true } };
    known.set(connector, profiles);
  }
  return profiles;
}

function wholeProfile(connector: ConnectorAccess): Profile {
  const { homes, settings, role } = connector;
  const places = homes.length > 0 ? homes.map((home) => home.settings) : [settings];
  const offSomewhere = new Set(places.flatMap(({ disabledTools }) => disabledTools));
  return {
    ceiling: lowestCeiling([
      highestEffect([connector.ceiling, settings.askUpTo ?? 'read']),
      ROLE_CEILING[role],
      homes.length > 0 ? highestEffect(homes.map(({ ceiling }) => ceiling)) : 'destroy',
    ]),
    isReadOnly: places.every(({ readOnly }) => readOnly),
    hasSeveralHomes: homes.length > 1,
    disabled: [...offSomewhere].filter((name) => places.every((place) => isOff(name, place))).sort(),
    isSearching: false,
    pinned: settings.pinnedTools,
    backupHint: settings.backupHint,
  };
}
