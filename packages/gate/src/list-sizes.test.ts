import { EFFECTS } from '@hub/core/effect.ts';
import { tools } from '@hub/tools/registry.gen.ts';
import { expect, test } from 'vitest';
import { createCatalogue, type Profile } from './catalogue.ts';
import { DEFAULT_PINS } from './tool-pins.ts';

const catalogue = createCatalogue(tools);
const bytesOf = (list: unknown) => Buffer.byteLength(JSON.stringify(list));

const profiles: readonly Profile[] = EFFECTS.flatMap((ceiling) =>
  [true, false].flatMap((isReadOnly) =>
    [true, false].flatMap((hasSeveralHomes) =>
      [true, false].flatMap((isSearching) =>
        (['strong', 'normal', 'weak', 'auto'] as const).map((backupHint) => ({
          ...{ ceiling, isReadOnly, hasSeveralHomes, isSearching, backupHint },
          disabled: [],
          pinned: DEFAULT_PINS,
        })),
      ),
    ),
  ),
);

test('no list is over 100 kB or 95 tools, and no short one over 12 kB', () => {
  for (const profile of profiles) {
    const list = catalogue.list(profile);
    const what = JSON.stringify(profile);
    expect(list.length, what).toBeLessThanOrEqual(95);
    expect(bytesOf(list), what).toBeLessThanOrEqual(profile.isSearching ? 12_000 : 100_000);
    expect(new Set(list.map(({ name }) => name)).size, what).toBe(list.length);
  }
});

test('a list is made once per profile, and again only when something in it changes', () => {
  const [first] = profiles;
  if (!first) throw new Error('there are profiles');
  expect(catalogue.list({ ...first })).toBe(catalogue.list(first));
  expect(catalogue.list({ ...first, disabled: ['ha_get_history'] })).not.toBe(catalogue.list(first));
});

test('the backup hint is a sentence of ha_manage_backup and of nothing else', () => {
  const texts = (backupHint: Profile['backupHint']) =>
    new Map(
      catalogue
        .list({ ...(profiles[0] as Profile), ceiling: 'destroy', isReadOnly: false, isSearching: false, backupHint })
        .map(({ name, description }) => [name, description]),
    );
  const [normal, strong, weak, auto] = [texts('normal'), texts('strong'), texts('weak'), texts('auto')];
  const differs = [...normal].filter(([name, text]) => strong.get(name) !== text || weak.get(name) !== text);
  expect(differs.map(([name]) => name)).toEqual(['ha_manage_backup']);
  expect(new Set([normal, strong, weak].map((one) => one.get('ha_manage_backup'))).size).toBe(3);
  expect(auto).toEqual(normal);
});
