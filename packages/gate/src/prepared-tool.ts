import type { Effect } from '@hub/core/effect.ts';
import type { Tool } from '@hub/tools/define.ts';
import { z } from 'zod';
import type { Schema } from './coerce.ts';

/** A tool as tools/list shows it. Source: MCP 2026-07-28 `Tool`. */
export interface ListedTool {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly inputSchema: Schema & { readonly type: 'object' };
  /** For 2025-11-25 alone: a call of it may go on as a task. */
  readonly execution?: { readonly taskSupport: 'optional' };
  /** Left out where the list is to be short: all of them say the same. */
  readonly outputSchema?: { readonly type: 'object' };
  readonly annotations: {
    readonly readOnlyHint?: boolean;
    readonly destructiveHint?: boolean | undefined;
    /** Left out where false, as the protocol takes it. */
    readonly idempotentHint?: true;
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

/** Said once, by ha_list_homes: in every tool of the list the words would take 2 kB. */
const HOME_PARAMETER = { type: 'string' } as const;

export function prepareTool(tool: Tool): PreparedTool {
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
  // An unknown parameter is refused with those there are; to say so 84 times beforehand would take 2.4 kB of the list.
  const { additionalProperties: _, ...shown } = schema;
  return {
    name: tool.name,
    title: tool.title,
    description: tool.docs,
    inputSchema: { ...shown, type: 'object' },
    // Absent for a tool that answers with pictures.
    ...(tool.present ? {} : { outputSchema: { type: 'object' } as const }),
    ...(tool.answers ? { execution: { taskSupport: 'optional' } as const } : {}),
    annotations: {
      readOnlyHint: isRead,
      destructiveHint: !isRead,
      ...(tool.idempotent ? { idempotentHint: true } : {}),
      openWorldHint: tool.openWorld ?? false,
    },
  };
}
