import { defineTool } from '@hub/tools/define.ts';
import { z } from 'zod';
import { type ListedTool, type PreparedTool, prepareTool } from './prepared-tool.ts';
import type { ToolIndex } from './tool-index.ts';

/** The way in to tools that a short list leaves out: find them, then run them through one of three doors. */
export const SEARCH_TOOL = 'ha_search_tools';

export const PROXIES = {
  read: 'ha_call_read_tool',
  write: 'ha_call_write_tool',
  delete: 'ha_call_delete_tool',
} as const;

/** What a tool's call counts as: a client that asks its user may ask about the door alone. */
export type Door = keyof typeof PROXIES;

const MAX_RESULTS = 5;

export function doorOf({ name, annotations }: ListedTool): Door {
  if (annotations.readOnlyHint) return 'read';
  return /_(remove|delete)_/.test(name) ? 'delete' : 'write';
}

export function proxyDoor(name: string): Door | undefined {
  return (Object.keys(PROXIES) as Door[]).find((door) => PROXIES[door] === name);
}

const WRAPPED: ListedTool['inputSchema'] = {
  type: 'object',
  properties: {
    name: { type: 'string', description: 'tool to run' },
    arguments: { type: 'object', description: 'its own arguments', additionalProperties: true },
  },
  required: ['name'],
  additionalProperties: false,
};

const TEXTS: Readonly<Record<Door, { readonly title: string; readonly what: string }>> = {
  read: { title: 'Call Read Tool', what: 'Runs a tool that only reads' },
  write: { title: 'Call Write Tool', what: 'Runs a tool that controls or changes something' },
  delete: { title: 'Call Delete Tool', what: 'Runs a tool that removes something' },
};

const proxies: Readonly<Record<Door, ListedTool>> = {
  read: proxy('read'),
  write: proxy('write'),
  delete: proxy('delete'),
};

function proxy(door: Door): ListedTool {
  const { title, what } = TEXTS[door];
  return listed(
    PROXIES[door],
    title,
    `${what} and is not in the list: ${SEARCH_TOOL} names it and says \`execute_via\`. All its limits hold.`,
    WRAPPED,
    door,
  );
}

const input = z.strictObject({ query: z.string().min(1).describe('what you want to do, in a few words') });
const output = z.looseObject({ result: z.array(z.looseObject({})) });

const facts = {
  name: SEARCH_TOOL,
  title: 'Search Tools',
  docs: 'Finds tools that are not in the list: control of devices, calendars, scenes, helpers, dashboards, history, logs, updates and many more. Answers the best matches with parameters and `execute_via`, the tool to run each with. Search before saying that something cannot be done.',
  tags: ['Search & Discovery'],
  scope: 'connector',
  effect: 'read',
  idempotent: true,
  input,
  output,
} as const;

const searchListed = searchOver([], { rank: () => [] }).listed;

/** The tools that a short list adds; a door that nothing goes through is left out. */
export function searchToolsFor(hidden: readonly ListedTool[]): readonly ListedTool[] {
  const doors = new Set(hidden.map(doorOf));
  return [
    ...(Object.keys(PROXIES) as Door[]).filter((door) => doors.has(door)).map((door) => proxies[door]),
    searchListed,
  ];
}

/** ha_search_tools over what one list leaves out. */
export function searchOver(hidden: readonly ListedTool[], index: ToolIndex): PreparedTool {
  const byName = new Map(hidden.map((one) => [one.name, one]));
  const tool = defineTool({
    ...facts,
    async run({ query }) {
      const found = index.rank(query).flatMap((name) => byName.get(name) ?? []);
      return { result: found.slice(0, MAX_RESULTS).map(shown) };
    },
  });
  return prepareTool(tool);
}

function shown(found: ListedTool) {
  const { outputSchema: _, ...tool } = found;
  return { ...tool, execute_via: PROXIES[doorOf(found)] };
}

function listed(
  name: string,
  title: string,
  description: string,
  inputSchema: ListedTool['inputSchema'],
  door: Door,
): ListedTool {
  return {
    name,
    title,
    description,
    inputSchema,
    outputSchema: { type: 'object' },
    annotations: {
      readOnlyHint: door === 'read',
      destructiveHint: door !== 'read',
      ...(door === 'read' ? { idempotentHint: true } : {}),
      openWorldHint: door !== 'read',
    },
  };
}
