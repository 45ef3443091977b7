import { expect, it } from 'vitest';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './get.ts';
import { listGuide } from './guide.ts';

const SKILL = 'home-assistant-best-practices';
const KEY = 'I-HAVE-READ-THE-BEST-PRACTICES-GUIDE-0123abcd';
const read = (args: object, bestPracticeKey?: string) =>
  runTool(tool, args, Object.assign(createToolContext(), { bestPracticeKey }));

it('without arguments answers the list of skills and the index itself', async () => {
  const answer = await read({}, KEY);
  expect(answer.skills).toEqual([
    { skill: SKILL, uri: `skill://${SKILL}/SKILL.md`, description: expect.stringContaining('Home Assistant') },
  ]);
  expect(answer).toMatchObject({ file: 'SKILL.md', content: expect.stringContaining('references/scenes.md') });
});

it('with a skill answers its files', async () => {
  const { files } = await read({ skill: SKILL }, KEY);
  expect(files).toContainEqual({ name: 'references/scenes.md', uri: `skill://${SKILL}/references/scenes.md` });
  expect(files?.map(({ name }) => name)).toEqual(listGuide().map(({ path }) => path));
});

it('with a file answers its text, the key first, the skill named or not', async () => {
  for (const args of [{ file: 'references/scenes.md' }, { skill: SKILL, file: 'references/scenes.md' }]) {
    const answer = await read(args, KEY);
    expect(answer).toMatchObject({ skill: SKILL, file: 'references/scenes.md' });
    expect(answer.content?.split('\n')[0]).toBe(KEY);
    expect(answer.skill_content_hint).toContain(KEY);
  }
});

it('shows no key where none is asked for', async () => {
  const answer = await read({ file: 'SKILL.md' });
  expect(answer.content).toMatch(/^---\n/);
  expect(JSON.stringify(answer)).not.toContain('I-HAVE-READ');
});

it.each(['nothing.md', '../package.json', 'references/../../guide.ts', '/etc/passwd', '', '__proto__', 'SKILL.md\0'])(
  'refuses the file %j',
  async (file) => {
    await expect(read({ file }, KEY)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      suggestions: [expect.stringContaining('references/helper-selection.md')],
    });
  },
);

it('refuses another skill', async () => {
  await expect(read({ skill: 'cooking' })).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
});
