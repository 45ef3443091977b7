import { canonicalJson } from '@hub/core/canonical-json.ts';
import { type OpenLink, urlKeyOf } from '@hub/db/home-links.ts';
import type { HomeRecord } from '@hub/db/home-record.ts';
import type { FieldChange, WantedHome } from './apply-shape.ts';
import { patchedSettings } from './setting-shapes.ts';

const FACTS = ['name', 'ceiling', 'country', 'region', 'timeZone', 'note', 'customerReference'] as const;
const SECRETS = ['token', 'clientCertificate', 'clientKey', 'extraCa', 'pinnedKey', 'headers'] as const;

export interface Difference {
  /** Only what differs. */
  readonly patch: Partial<WantedHome>;
  readonly changes: readonly FieldChange[];
}

/** What of a stored home is not as it should be. @throws Fault VALIDATION_INVALID_PARAMETER for settings that cannot be */
export function differenceOf(home: HomeRecord, link: OpenLink, wanted: WantedHome): Difference {
  const patch: Record<string, unknown> = {};
  const changes: FieldChange[] = [];
  const note = (field: keyof WantedHome, from: unknown, to: unknown) => {
    patch[field] = wanted[field];
    changes.push({ field, ...shown('from', from), ...shown('to', to) });
  };
  for (const field of FACTS) {
    const to = wanted[field];
    if (to !== undefined && (to ?? undefined) !== home[field]) note(field, home[field], to);
  }
  if (wanted.tags && canonicalJson([...new Set(wanted.tags)].sort()) !== canonicalJson([...home.tags].sort())) {
    note('tags', home.tags.join(', '), wanted.tags.join(', '));
  }
  if (urlKeyOf(wanted.url) !== home.link.url) note('url', home.link.url, wanted.url);
  for (const field of SECRETS) {
    const to = wanted[field];
    if (to !== undefined && canonicalJson(to ?? null) !== canonicalJson(link[field] ?? null)) {
      note(field, link[field] && 'another', to === null ? undefined : 'the one given');
    }
  }
  if (wanted.defaults) {
    const next = patchedSettings(home.settings, wanted.defaults);
    if (canonicalJson(next) !== canonicalJson(home.settings)) {
      note('defaults', canonicalJson(home.settings), canonicalJson(next));
    }
  }
  return { patch, changes };
}

function shown(side: 'from' | 'to', value: unknown): Partial<FieldChange> {
  return value === undefined || value === null || value === '' ? {} : { [side]: String(value) };
}
