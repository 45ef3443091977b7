import { canonicalJson } from '@hub/core/canonical-json.ts';
import { type OpenLink, urlKeyOf } from '@hub/db/home-links.ts';
import type { HomeRecord } from '@hub/db/home-record.ts';
import type { FieldChange, WantedHome } from './apply-shape.ts';
import { patchedSettings } from './setting-shapes.ts';

const FACTS = ['name', 'ceiling', 'country', 'region', 'timeZone', 'note', 'customerReference', 'isPinned'] as const;
const SECRETS = ['token', 'clientCertificate', 'clientKey', 'extraCa', 'pinnedKey', 'headers'] as const;

export interface Difference {
  /** Only what differs. */
  readonly patch: Partial<WantedHome>;
  readonly changes: readonly FieldChange[];
}

/** What of a stored home is not as it should be. @throws Fault VALIDATION_INVALID_PARAMETER for settings that cannot be */
export function differenceOf(home: HomeRecord, link: OpenLink, wanted: WantedHome): Difference {
  const changes = [
    ...factChanges(home, wanted),
    ...secretChanges(link, wanted),
    ...settingChanges(home.settings, wanted.defaults),
  ];
  return { patch: Object.fromEntries(changes.map(({ field }) => [field, wanted[field]])), changes };
}

type Change = FieldChange & { readonly field: keyof WantedHome };

function factChanges(stored: HomeRecord, wanted: WantedHome): readonly Change[] {
  const home = { ...stored, timeZone: stored.saidTimeZone };
  const { tags, url, maintenanceWindows } = wanted;
  return [
    ...FACTS.flatMap((field) => {
      const to = wanted[field];
      return to === undefined || (to ?? undefined) === home[field] ? [] : [change(field, home[field], to)];
    }),
    ...(tags && !isSame([...new Set(tags)].sort(), [...home.tags].sort())
      ? [change('tags', home.tags.join(', '), tags.join(', '))]
      : []),
    ...(maintenanceWindows === undefined || isSame(maintenanceWindows, home.maintenanceWindows ?? null)
      ? []
      : [change('maintenanceWindows', home.maintenanceWindows?.join('; '), maintenanceWindows)]),
    ...(urlKeyOf(url) === home.link.url ? [] : [change('url', home.link.url, url)]),
  ];
}

/** That they differ is all that is told. */
function secretChanges(link: OpenLink, wanted: WantedHome): readonly Change[] {
  return SECRETS.flatMap((field) => {
    const to = wanted[field];
    if (to === undefined || isSame(to, link[field] ?? null)) return [];
    return [change(field, link[field] && 'another', to === null ? undefined : 'the one given')];
  });
}

function settingChanges(stored: HomeRecord['settings'], defaults: WantedHome['defaults']): readonly Change[] {
  if (!defaults) return [];
  const next = patchedSettings(stored, defaults);
  return isSame(next, stored) ? [] : [change('defaults', canonicalJson(stored), canonicalJson(next))];
}

function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

function change(field: keyof WantedHome, from: unknown, to: unknown): Change {
  return { field, ...shown('from', from), ...shown('to', to) };
}

function shown(side: 'from' | 'to', value: unknown): Partial<Pick<FieldChange, 'from' | 'to'>> {
  return value === undefined || value === null || value === '' ? {} : { [side]: String(value) };
}
