import type { Tool } from '@hub/tools/define.ts';
import { z } from 'zod';
import { ABSENT } from './absent.ts';

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly fallback: string;
  readonly text: string;
}

type Schema = z.core.JSONSchema.JSONSchema;
type SchemaOrBoolean = z.core.JSONSchema._JSONSchema;

const bound = (limit: number | undefined) =>
  limit === undefined || Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? '' : String(limit);

function typeOf(schema: SchemaOrBoolean): string {
  if (typeof schema === 'boolean') return 'anything';
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map(typeOf))].join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(', ');
  if (schema.type === 'array')
    return schema.items && !Array.isArray(schema.items) ? `list of ${typeOf(schema.items)}` : 'list';
  const name = [schema.type ?? 'anything'].flat().join(' or ');
  const [low, high] = [bound(schema.minimum), bound(schema.maximum)];
  if (low && high) return `${name} ${low}–${high}`;
  if (low) return `${name} ≥ ${low}`;
  return high ? `${name} ≤ ${high}` : name;
}

function parametersOf(tool: Tool): readonly Parameter[] {
  const schema: Schema = z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' });
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    type: typeOf(property),
    isRequired: schema.required?.includes(name) ?? false,
    fallback: typeof property === 'boolean' || property.default === undefined ? '' : JSON.stringify(property.default),
    text: typeof property === 'boolean' ? '' : (property.description ?? ''),
  }));
}

const cell = (text: string) =>
  text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replace(/\s*\n\s*/g, ' ');
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) => [
  row(head),
  `|${' --- |'.repeat(head.length)}`,
  ...rows.map(row),
];
const effectOf = ({ effect }: Tool) =>
  typeof effect === 'string' ? effect : `${effect.lowest} to ${effect.max}, by its arguments`;

function toolSection(tool: Tool): readonly string[] {
  const parameters = parametersOf(tool);
  const rows = parameters.map(({ name, type, isRequired, fallback, text }) => [
    `\`${name}\``,
    type,
    isRequired ? 'required' : fallback && `\`${fallback}\``,
    text,
  ]);
  return [
    `### ${tool.name}`,
    '',
    tool.docs.trim(),
    '',
    ...(rows.length > 0 ? table(['Parameter', 'Type', 'Default', 'Meaning'], rows) : ['No parameters.']),
    '',
  ];
}

/** A tool that has come since is not absent any more. */
function absent(tools: readonly Tool[]): readonly (readonly string[])[] {
  return ABSENT.filter(([what]) => !tools.some(({ name }) => what.split(', ').includes(name)));
}

/** docs/tools.md: per tag (a tool stands under its first one) a table of its tools, then each tool with its parameters. */
export function toolsPage(tools: readonly Tool[], proofOf: (tool: Tool) => readonly string[]): string {
  const byTag = Map.groupBy(tools, (tool) => tool.tags[0] ?? 'Other');
  const sections = [...byTag]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([tag, members]) => [
      `## ${tag}`,
      '',
      ...table(
        ['Name', 'Title', 'Effect', 'Scope', 'Proved on'],
        members.map((tool) => [
          `[${tool.name}](#${tool.name})`,
          tool.title,
          effectOf(tool),
          tool.scope,
          proofOf(tool).join('; ') || 'itself: it asks no home',
        ]),
      ),
      '',
      ...members.flatMap(toolSection),
    ]);
  return [
    '<!-- Written by scripts/gen.ts (npm run gen) from the tools themselves. Not edited by hand. -->',
    '# Tools',
    '',
    `${tools.length} tools. Effects, lowest to highest: read, control, configure, secure, system, destroy. Scope *home* works on one home,`,
    'scope *connector* on all that a connector reaches. *Proved on* says where its tests run it: a real Home Assistant, the simulated home, or both.',
    '',
    ...sections,
    '## Not here',
    '',
    ...table(['What', 'Why'], absent(tools)),
    '',
  ].join('\n');
}
