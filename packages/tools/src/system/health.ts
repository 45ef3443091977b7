import { readSystemHealth } from '@hub/ha/system-health.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { count, stringList, successShape } from '../shared/parameters.ts';
import { readSections, SECTION_NAMES } from './sections.ts';

/** Most checks ask the internet; one that hangs shall not keep the rest. */
const HEALTH_MS = 15_000;

/** Source: HA `system_health/info`, a subscription that tells what is slow later. */
export const tool = defineTool({
  name: 'ha_get_system_health',
  title: 'Get System Health',
  docs: 'How Home Assistant and its integrations say they are: versions, database, internet. include adds repairs, a check of the configuration, dead entities, radio networks or the diagnostics of one integration. For errors use ha_get_logs; for a summary of the home ha_get_overview.',
  tags: ['Integrations', 'Matter', 'System', 'Thread', 'Z-Wave', 'Zigbee'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  openWorld: true,
  input: z.strictObject({
    include: z
      .string()
      .optional()
      .describe(`separated by commas: ${SECTION_NAMES.join(', ')}`),
    include_dismissed_repairs: z.boolean().default(false),
    config_entry_id: z.string().optional().describe('for diagnostics'),
    device_id: z.string().optional().describe('diagnostics of one device'),
    diagnostics_fields: stringList('top-level keys to keep, e.g. data').optional(),
    diagnostics_truncate_at_bytes: count(1).optional().describe('40000 unless given'),
    diagnostics_data_path: z.string().optional().describe('e.g. devices.0'),
    diagnostics_data_offset: count(0).default(0),
    diagnostics_data_limit: count(1).optional(),
  }),
  output: z.looseObject({
    ...successShape,
    health_info: z.object({ type: z.literal('initial'), data: z.record(z.string(), z.unknown()) }),
    component_count: z.number().int(),
    message: z.string(),
  }),
  async run(call, context) {
    const names = [...new Set((call.include ?? '').split(',').flatMap((name) => name.trim().toLowerCase() || []))];
    const unknown = names.filter((name) => !SECTION_NAMES.includes(name));
    const wish = {
      includesDismissed: call.include_dismissed_repairs,
      diagnostics: {
        ...{ entryId: call.config_entry_id, deviceId: call.device_id, fields: call.diagnostics_fields },
        ...{ maxBytes: call.diagnostics_truncate_at_bytes, dataPath: call.diagnostics_data_path },
        ...{ dataOffset: call.diagnostics_data_offset, dataLimit: call.diagnostics_data_limit },
      },
    };
    const [{ domains, isComplete }, sections] = await Promise.all([
      readSystemHealth(context.home, { deadlineMs: HEALTH_MS, signal: context.signal }),
      readSections(
        context,
        names.filter((name) => SECTION_NAMES.includes(name)),
        wish,
      ),
    ]);
    const components = Object.keys(domains).length;
    const late = `Some checks had no answer after ${HEALTH_MS / 1_000} s; they show as pending.`;
    const unread = `\`include\`: there is no ${unknown.join(', ')}; there are ${SECTION_NAMES.join(', ')}.`;
    const warnings = [...(isComplete ? [] : [late]), ...(unknown.length > 0 ? [unread] : [])];
    return {
      success: true as const,
      health_info: { type: 'initial' as const, data: domains },
      component_count: components,
      message: `${components} components told how they are.`,
      ...sections,
      ...(isComplete ? {} : { partial: true }),
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
});
