import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineTool } from '@hub/tools/define.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { findDefinitions } from './find-definitions.ts';
import { findProofs } from './find-proofs.ts';
import { registrySource } from './registry-source.ts';
import { staleHint } from './stale-hint.ts';
import { toolsPage } from './tools-page.ts';

const idOf = ({ name }: { name: string }) => name;

/** A source folder with these files; a definition is an object with a name. */
async function sources(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'gen-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

const definition = (name: string) =>
  `const defineTool = (t: { name: string }) => t;\nexport const tool = defineTool({ name: '${name}' });\n`;

it('finds what is defined, by name, and leaves neighbours out', async () => {
  const folder = await sources({
    'a/second.ts': definition('ha_b'),
    'a/second.test.ts': '',
    'b/first.ts': definition('ha_a'),
    'b/first.test.ts': '',
    'b/neighbour.ts': 'export const tool = 1;\n',
  });
  const { found, problems } = await findDefinitions(folder, 'tool', idOf);
  expect(problems).toEqual([]);
  expect(found.map(({ id, path }) => [id, path])).toEqual([
    ['ha_a', 'b/first.ts'],
    ['ha_b', 'a/second.ts'],
  ]);
});

it('tells of a missing test, a double name and a file that does not load', async () => {
  const folder = await sources({
    'a/one.ts': definition('ha_a'),
    'a/one.test.ts': '',
    'a/two.ts': definition('ha_a'),
    'a/two.test.ts': '',
    'a/untested.ts': definition('ha_b'),
    'a/broken.ts': `import './nowhere.ts';\n${definition('ha_c')}`,
    'a/broken.test.ts': '',
  });
  const { problems } = await findDefinitions(folder, 'tool', idOf);
  expect(problems.toSorted()).toEqual([
    expect.stringContaining('a/broken.ts does not load'),
    expect.stringContaining('a/untested.ts has no test beside it'),
    expect.stringContaining('are both called ha_a'),
  ]);
});

it('writes a registry of plain imports', () => {
  const found = [
    { path: 'z/call.ts', id: 'ha_call_service', definition: {} },
    { path: 'a/get.ts', id: 'ha_get_state', definition: {} },
  ];
  expect(registrySource('Tool', 'tool', found)).toContain(
    [
      "import { tool as haGetState } from './a/get.ts';",
      "import { tool as haCallService } from './z/call.ts';",
      '',
      'export const tools: readonly Tool[] = [',
      '  haCallService,',
      '  haGetState,',
      '];',
    ].join('\n'),
  );
});

it('points at the first line that differs', async () => {
  const folder = await sources({ 'page.md': 'one\ntwo\n' });
  expect(staleHint(join(folder, 'page.md'), 'one\ntwo\n')).toBeUndefined();
  expect(staleHint(join(folder, 'page.md'), 'one\n2\n')).toBe('  first difference in line 2:\n  - two\n  + 2');
  expect(staleHint(join(folder, 'page.md'), 'one\ntwo\nthree\n')).toContain('line 3');
  expect(staleHint(join(folder, 'other.md'), '')).toContain('does not exist');
});

it('describes each parameter with type, default and whether it must be given', () => {
  const tool = defineTool({
    name: 'ha_set_x',
    title: 'Set X',
    docs: 'Sets x.',
    tags: ['Things'],
    scope: 'home',
    effect: { lowest: 'read', max: 'configure', of: () => 'read' },
    input: z.strictObject({
      id: z.string().describe('which | one'),
      level: z.number().int().min(0).max(100).default(50),
      modes: z.union([z.enum(['a', 'b']), z.array(z.string())]).optional(),
    }),
    output: z.object({}),
    run: async () => ({}),
  });
  const page = toolsPage([tool], () => ['real home']);
  expect(page).toContain('| [ha_set_x](#ha_set_x) | Set X | read to configure, by its arguments | home | real home |');
  expect(page).toContain('| `id` | string | required | which \\| one |');
  expect(page).toContain('| `level` | integer 0–100 | `50` |');
  expect(page).toContain('| `modes` | "a", "b" or list of string |');
});

it('says what is not here, and no longer once it is', () => {
  const tool = defineTool({
    ...{ name: 'ha_get_dashboard_screenshot', title: 'X', docs: 'X.', tags: [], scope: 'home', effect: 'read' },
    ...{ input: z.strictObject({}), output: z.object({}), run: async () => ({}) },
  });
  expect(toolsPage([], () => [])).toContain('| ha_get_dashboard_screenshot | a picture needs a browser');
  expect(toolsPage([tool], () => [])).not.toContain('a picture needs a browser that');
});

it('takes what proved a tool from the tests that import it', async () => {
  const folder = await sources({
    'a/get.test.ts': "import { tool } from './get.ts';\nawait describeHomes('x', () => {});\n",
    'a/set.test.ts': "import { tool as set } from './set.ts';\nawait describeRealHome('x', () => {});\n",
    'b/other.test.ts': "import { tool as set } from '../a/set.ts';\nstartSimulatedHome();\n",
    'b/pure.test.ts': "import { tool } from './pure.ts';\n",
  });
  expect(Object.fromEntries(findProofs(folder))).toEqual({
    'a/get.ts': ['real home', 'simulated home'],
    'a/set.ts': ['real home', 'simulated home'],
    'b/pure.ts': [],
  });
});
