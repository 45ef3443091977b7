import { readFile } from 'node:fs/promises';
import { tools } from '@hub/tools/registry.gen.ts';
import { expect, test } from 'vitest';
import { createCatalogue, type Profile } from './catalogue.ts';
import { PROXIES, SEARCH_TOOL } from './search-tools.ts';
import { DEFAULT_PINS } from './tool-pins.ts';

// Clients that always allow reads and ask about the rest go by readOnlyHint; where it is missing they take a tool for a write.

const catalogue = createCatalogue(tools);
const onlyRead = tools.filter(({ effect }) => effect === 'read').map(({ name }) => name);
const readers = new Set([...onlyRead, SEARCH_TOOL, PROXIES.read]);

const profiles = [true, false].flatMap((isSearching) =>
  [true, false].flatMap((hasSeveralHomes) =>
    [true, false].map(
      (isReadOnly): Profile => ({
        ...{ ceiling: 'destroy', isReadOnly, hasSeveralHomes, isSearching, backupHint: 'normal' },
        disabled: [],
        pinned: DEFAULT_PINS,
      }),
    ),
  ),
);

test.each(profiles.map((profile) => [JSON.stringify(profile), profile] as const))(
  'in the list of %s the tools that only read are marked as such, and no other',
  (_name, profile) => {
    const list = catalogue.list(profile);
    const marked = list.filter(({ annotations }) => annotations.readOnlyHint === true);
    expect(marked.map(({ name }) => name)).toEqual(list.map(({ name }) => name).filter((name) => readers.has(name)));
    const others = list.filter((tool) => !marked.includes(tool));
    expect(others.filter(({ annotations }) => annotations.destructiveHint !== true)).toEqual([]);
  },
);

test('a tool that writes with some arguments is not marked as reading', () => {
  const mixed = tools.filter(({ effect }) => typeof effect !== 'string');
  expect(mixed.length).toBeGreaterThan(5);
  expect(mixed.map(({ name }) => name).filter((name) => catalogue.get(name)?.listed.annotations.readOnlyHint)).toEqual(
    [],
  );
});

test('docs/tools.md, where people look it up, lists the same ones as read', async () => {
  const page = await readFile(new URL('../../../docs/tools.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| \[(\w+)\]\(#\w+\) \| [^|]+ \| read \|/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual([...onlyRead].sort());
});
