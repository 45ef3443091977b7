import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Tool } from './define.ts';
import { tools } from './registry.gen.ts';

/** What a parameter takes; null is left out everywhere, as it means "not given". */
const parameterSchema = z.strictObject({
  types: z.array(z.string()).optional(),
  enum: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  default: z.unknown().optional(),
});
type Parameter = z.infer<typeof parameterSchema>;

const surfaceSchema = z.record(
  z.string(),
  z.strictObject({
    readOnly: z.boolean(),
    required: z.array(z.string()),
    params: z.record(z.string(), parameterSchema),
  }),
);

/** What prompts and skills written for single-home servers know of these tools. */
const surface = surfaceSchema.parse(
  JSON.parse(readFileSync(new URL('./testing/tool-surface.json', import.meta.url), 'utf8')),
);

/** Ours beyond that; each is optional. */
const ADDITIONAL: Readonly<Record<string, readonly string[]>> = {
  ha_bulk_control: ['selector', 'action', 'parameters', 'timeout_seconds', 'validate_first', 'dry_run'],
  ha_config_get_dashboard: ['describe'],
  ha_config_get_scene: ['query', 'search_in_config', 'limit', 'offset'],
  ha_config_set_automation: ['enabled', 'run_actions', 'take_control_of_blueprint'],
  ha_config_list_helpers: ['describe', 'helper_id', 'menu_choice'],
  ha_config_set_calendar_event: ['uid', 'recurrence_id', 'recurrence_range'],
  ha_config_set_dashboard: ['patch'],
  ha_config_set_helper: ['max', 'min', 'unit'],
  ha_config_set_label: ['areas'],
  ha_config_set_scene: ['activate'],
  ha_config_set_script: ['run', 'variables', 'take_control_of_blueprint'],
  ha_get_history: ['include_schema', 'core_options'],
  ha_manage_energy_prefs: ['include_schema', 'include_statistics'],
  ha_report_issue: [
    ...['report_type', 'title', 'description', 'user_prompt', 'user_comment', 'ai_model', 'client_app', 'tool_calls'],
  ],
  ha_eval_template: ['variables', 'strict', 'condition'],
  ha_set_area_or_floor: ['labels', 'temperature_entity_id', 'humidity_entity_id'],
  ha_set_integration: ['log_level'],
  ha_manage_updates: ['repairs'],
  ha_set_entity: ['use_entity_name_alias', 'use_device_name'],
};

/** Required once; another parameter now stands in for it. */
const OPTIONAL_NOW: Readonly<Record<string, readonly string[]>> = {
  ha_bulk_control: ['operations'],
  ha_config_get_scene: ['scene_id'],
  ha_eval_template: ['template'],
};

/** Not ours: there is nothing here that could take a picture of a dashboard. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  ha_config_get_dashboard: ['include_screenshot'],
  ha_config_set_dashboard: ['return_screenshot', 'view_path'],
};

/** Ours in another way, and why. */
const DIFFERENT: Readonly<Record<string, Readonly<Record<string, Parameter>>>> = {
  ha_config_set_helper: {
    // An input_number starts at a fraction as well.
    initial: { types: ['number', 'string'] },
    // Bounds that Home Assistant itself sets.
    latitude: { types: ['number'], minimum: -90, maximum: 90 },
    longitude: { types: ['number'], minimum: -180, maximum: 180 },
    radius: { types: ['number'], exclusiveMinimum: 0 },
  },
  // A call has to end before its client gives up.
  // Lists are taken wherever comma separated text is.
  ha_get_automation_traces: { sections: { types: ['array', 'string'] } },
  // Left out, it goes by what is updated: Home Assistant and its operating system are backed up first.
  ha_manage_updates: { backup: { types: ['boolean'] } },
};

const variantSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
});
const propertySchema = variantSchema.extend({
  anyOf: z.array(variantSchema).optional(),
  default: z.unknown().optional(),
});
const inputSchema = z.looseObject({
  required: z.array(z.string()).default([]),
  properties: z.record(z.string(), propertySchema).default({}),
});

function inputOf(tool: Tool) {
  return inputSchema.parse(z.toJSONSchema(tool.input, { io: 'input', unrepresentable: 'any' }));
}

function parameterOf(property: z.infer<typeof propertySchema>): Parameter {
  const variants = (property.anyOf ?? [property]).filter(({ type }) => type !== 'null');
  const types = new Set(variants.flatMap(({ type }) => type ?? []).filter((type) => type !== 'null'));
  const values = variants.flatMap((one) => one.enum ?? ('const' in one ? [one.const] : []));
  return {
    ...(types.size > 0 ? { types: [...types].sort() } : {}),
    ...(values.length > 0 ? { enum: values.sort() } : {}),
    ...bound('minimum', variants),
    ...bound('maximum', variants),
    ...bound('exclusiveMinimum', variants),
    ...(property.default === undefined || property.default === null ? {} : { default: property.default }),
  };
}

/** Whole numbers come bounded by what a double can hold, which is no bound. */
function bound(key: 'minimum' | 'maximum' | 'exclusiveMinimum', variants: readonly z.infer<typeof variantSchema>[]) {
  const found = variants.map((one) => one[key]).find((value) => value !== undefined && Number.isSafeInteger(value));
  return found === undefined || Math.abs(found) === Number.MAX_SAFE_INTEGER ? {} : { [key]: found };
}

describe('the tools of the catalogue', () => {
  const known = tools.filter((tool) => tool.name in surface);

  it.each(known.map((tool) => [tool.name, tool] as const))('%s takes the parameters people know', (name, tool) => {
    const { properties, required } = inputOf(tool);
    const ours = [...(ADDITIONAL[name] ?? []), ...('preview' in properties ? ['preview'] : [])];
    const shared = Object.entries(properties).filter(([key]) => !ours.includes(key));
    const wanted = Object.entries(surface[name]?.params ?? {}).filter(([key]) => !LEFT_OUT[name]?.includes(key));
    expect(Object.fromEntries(shared.map(([key, property]) => [key, parameterOf(property)]))).toEqual({
      ...Object.fromEntries(wanted),
      ...DIFFERENT[name],
    });
    const demanded = (surface[name]?.required ?? []).filter((key) => !OPTIONAL_NOW[name]?.includes(key));
    expect([...required].sort()).toEqual(demanded.sort());
    expect(ours.filter((key) => !(key in properties))).toEqual([]);
  });

  it.each(known.map((tool) => [tool.name, tool] as const))('%s reads or writes as people know', (name, tool) => {
    expect(tool.effect === 'read').toBe(surface[name]?.readOnly);
  });
});
