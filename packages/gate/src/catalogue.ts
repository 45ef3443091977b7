import { type Effect, exceeds } from '@hub/core/effect.ts';
import type { Tool } from '@hub/tools/define.ts';
import { z } from 'zod';
import type { Schema } from './coerce.ts';

/** A tool as tools/list shows it. Source: MCP 2026-07-28 `Tool`. */
export interface ListedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: Schema & { readonly type: 'object' };
  readonly outputSchema: { readonly type: 'object'; readonly additionalProperties: true };
  readonly annotations: {
    readonly title: string;
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
}

/** A tool with everything worked out once, so that a call compiles nothing. */
export interface PreparedTool {
  readonly tool: Tool;
  readonly schema: Schema;
  readonly parameters: readonly string[];
  /** The lowest and highest effect a call of it can have by itself. */
  readonly lowest: Effect;
  readonly listed: ListedTool;
  /** The same with the required-for-writes `home` parameter, for connectors that reach several homes. */
  readonly listedForSeveral: ListedTool;
}

export interface Catalogue {
  get(name: string): PreparedTool | undefined;
  /** In name order, the same array for the same profile. */
  list(profile: Profile): readonly ListedTool[];
  readonly names: ReadonlySet<string>;
}

/** What decides which list a connector sees; never which homes. */
export interface Profile {
  readonly ceiling: Effect;
  readonly isReadOnly: boolean;
  readonly hasSeveralHomes: boolean;
  readonly disabled: readonly string[];
}

const HOME_PARAMETER = {
  type: 'string',
  description: 'Which home: its name, slug or id (see ha_list_homes).',
} as const;

/** Prepares all tools; done once per process (about 2 ms a tool). */
export function createCatalogue(tools: readonly Tool[]): Catalogue {
  const prepared = new Map(tools.map((tool) => [tool.name, prepare(tool)]));
  const sorted = [...prepared.values()].sort((a, b) => (a.tool.name < b.tool.name ? -1 : 1));
  const lists = new Map<string, readonly ListedTool[]>();
  return {
    get: (name) => prepared.get(name),
    names: new Set(prepared.keys()),
    list(profile) {
      const key = JSON.stringify([
        profile.ceiling,
        profile.isReadOnly,
        profile.hasSeveralHomes,
        [...profile.disabled].sort(),
      ]);
      let list = lists.get(key);
      if (!list) {
        list = sorted
          .filter((one) => isListed(one, profile))
          .map((one) => (profile.hasSeveralHomes ? one.listedForSeveral : one.listed));
        if (lists.size > 500) lists.clear();
        lists.set(key, list);
      }
      return list;
    },
  };
}

/**
 * A connector that may configure sees every tool, so that a refused one can say how the owner allows it;
 * one held to reading or control sees only what it can use.
 */
function isListed({ tool, lowest }: PreparedTool, profile: Profile): boolean {
  if (profile.disabled.includes(tool.name)) return false;
  if (tool.name === 'ha_list_homes' && !profile.hasSeveralHomes) return false;
  if (profile.isReadOnly) return lowest === 'read';
  return exceeds('configure', profile.ceiling) ? !exceeds(lowest, profile.ceiling) : true;
}

function prepare(tool: Tool): PreparedTool {
  const schema = inputSchema(tool);
  const parameters = Object.keys(schema.properties ?? {});
  const lowest = typeof tool.effect === 'string' ? tool.effect : tool.effect.lowest;
  const listed = describe(tool, schema);
  const withHome: Schema = {
    ...schema,
    properties: { home: HOME_PARAMETER, ...schema.properties },
    ...(lowest === 'read' ? {} : { required: ['home', ...(schema.required ?? [])] }),
  };
  return {
    tool,
    schema,
    parameters,
    lowest,
    listed,
    listedForSeveral: tool.scope === 'home' ? describe(tool, withHome) : listed,
  };
}

/** zod's own JSON Schema of what a caller may send, without the words a model does not need. */
function inputSchema(tool: Tool): Schema {
  const { $schema: _, ...schema } = z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' }) as Schema & {
    $schema?: string;
  };
  return { additionalProperties: false, ...(slim(schema) as Schema) };
}

/** zod bounds every integer by the safe range, which says nothing to a reader. */
function slim(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(slim);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([key, inner]) =>
          !((key === 'minimum' || key === 'maximum') && Math.abs(Number(inner)) === Number.MAX_SAFE_INTEGER) &&
          key !== 'propertyNames',
      )
      .map(([key, inner]) => [key, slim(inner)]),
  );
}

function describe(tool: Tool, schema: Schema): ListedTool {
  const isRead = tool.effect === 'read';
  return {
    name: tool.name,
    title: tool.title,
    description: tool.docs,
    inputSchema: { ...schema, type: 'object' },
    outputSchema: { type: 'object', additionalProperties: true },
    annotations: {
      title: tool.title,
      readOnlyHint: isRead,
      destructiveHint: !isRead,
      idempotentHint: tool.idempotent ?? false,
      openWorldHint: tool.openWorld ?? false,
    },
  };
}
