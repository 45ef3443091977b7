import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { findGuide, type GuideFile, guideDescription, INDEX_FILE, listGuide, SKILL, uriOf } from './guide.ts';

const HOW_TO_USE = 'Pass file, e.g. references/helper-selection.md, to read it. Read what fits the task, once.';

export const tool = defineTool({
  name: 'ha_get_skill_guide',
  title: 'Get Home Assistant Best Practices Skill Guide',
  docs: 'Best practices for automations, scripts, scenes, helpers, templates and dashboards. Without arguments the index, with `file` one short file. Read the one that fits once per conversation before the first configuration write; its first line holds the BestPracticeKey that such writes may ask for.',
  tags: ['System'],
  scope: 'connector',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    skill: z.string().optional().describe(`only ${SKILL}`),
    file: z.string().optional().describe('e.g. references/automation-patterns.md'),
  }),
  output: z.strictObject({
    skill_content_hint: z.string().optional(),
    ...successShape,
    skill: z.string().optional(),
    file: z.string().optional(),
    uri: z.string().optional(),
    content: z.string().optional(),
    skills: z.array(z.strictObject({ skill: z.string(), uri: z.string(), description: z.string() })).optional(),
    files: z.array(z.strictObject({ name: z.string(), uri: z.string() })).optional(),
    how_to_use: z.string().optional(),
  }),
  async run({ skill, file }, { bestPracticeKey }) {
    if (skill !== undefined && skill !== SKILL) throw notThere('skill', skill, [SKILL]);
    if (file !== undefined) return { success: true as const, ...contentOf(fileNamed(file), bestPracticeKey) };
    if (skill !== undefined)
      return {
        success: true as const,
        ...{ skill, uri: uriOf(INDEX_FILE) },
        files: listGuide().map(({ path, uri }) => ({ name: path, uri })),
        how_to_use: HOW_TO_USE,
      };
    return {
      success: true as const,
      skills: [{ skill: SKILL, uri: uriOf(INDEX_FILE), description: guideDescription() }],
      how_to_use: HOW_TO_USE,
      ...contentOf(fileNamed(INDEX_FILE), bestPracticeKey),
    };
  },
});

function contentOf({ path, uri, text }: GuideFile, key: string | undefined) {
  const hint = key === undefined ? {} : { skill_content_hint: `BestPracticeKey for configuration writes: ${key}` };
  return { ...hint, skill: SKILL, file: path, uri, content: key === undefined ? text : `${key}\n\n${text}` };
}

function fileNamed(name: string): GuideFile {
  const found = findGuide(name);
  if (found) return found;
  throw notThere(
    'file',
    name,
    listGuide().map(({ path }) => path),
  );
}

function notThere(parameter: 'skill' | 'file', value: string, known: readonly string[]): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `The guide has no ${parameter} of this name.`, {
    suggestion: `Take one of: ${known.join(', ')}.`,
    context: { parameter, [parameter]: value.slice(0, 200) },
  });
}
