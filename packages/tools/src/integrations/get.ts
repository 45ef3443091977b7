import { z } from 'zod';
import { defineTool } from '../define.ts';
import { pageShape } from '../shared/page.ts';
import { count, stringList, successShape } from '../shared/parameters.ts';
import { listEntries, type Row } from './list-entries.ts';
import { oneEntry } from './one-entry.ts';

const row = z.custom<Row>();

/** Sources: HA `config_entries/get`, `logger/log_info`, options and subentry flows (opened and closed), `diagnostics`. */
export const tool = defineTool({
  name: 'ha_get_integration',
  title: 'Get Integration',
  docs: 'Lists the integrations that are set up, with state and reason; or with entry_id shows one, on wish with options, the forms for changing it, its parts and its diagnostics. Passwords show as a placeholder. To change one use ha_set_integration; for the devices behind it ha_get_device.',
  tags: ['Integrations'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    entry_id: z.string().optional(),
    query: z.string().optional().describe('in domain or title'),
    domain: z.string().optional(),
    include_options: z.boolean().default(false),
    include_schema: z.boolean().default(false),
    include_subentries: z.boolean().default(false),
    include_subentry_schema: z.boolean().default(false),
    subentry_type: z.string().optional(),
    subentry_id: z.string().optional(),
    show_advanced_options: z.boolean().default(false),
    exact_match: z.boolean().default(true).describe('false: take similar words too'),
    limit: count(1, 200).default(50),
    offset: count(0).default(0),
    include_diagnostics: z.boolean().default(false),
    include_knx_project: z.boolean().default(false),
    device_id: z.string().optional(),
    diagnostics_fields: stringList('top-level keys to keep').optional(),
    diagnostics_truncate_at_bytes: count(1).optional(),
    diagnostics_data_path: z.string().optional().describe('e.g. devices.0'),
    diagnostics_data_offset: count(0).default(0),
    diagnostics_data_limit: count(1).optional(),
  }),
  output: z.looseObject({
    ...successShape,
    entry_id: z.string().optional(),
    entry: row.optional(),
    entries: z.array(row).optional(),
    ...z.object(pageShape).partial().shape,
  }),
  async run(call, context) {
    const { entry_id: entryId, limit, offset } = call;
    if (entryId === undefined) {
      const { query, domain, exact_match: isExact, include_options: withOptions } = call;
      return listEntries(context, { query, domain, isExact, withOptions, limit, offset });
    }
    return oneEntry(context, {
      entryId,
      withOptions: call.include_options,
      withSchema: call.include_schema,
      withSubentries: call.include_subentries,
      withSubentrySchema: call.include_subentry_schema,
      subentryType: call.subentry_type,
      subentryId: call.subentry_id,
      isAdvanced: call.show_advanced_options,
      withKnxProject: call.include_knx_project,
      diagnostics: call.include_diagnostics
        ? {
            ...{ entryId, deviceId: call.device_id, fields: call.diagnostics_fields },
            ...{ maxBytes: call.diagnostics_truncate_at_bytes, dataPath: call.diagnostics_data_path },
            ...{ dataOffset: call.diagnostics_data_offset, dataLimit: call.diagnostics_data_limit },
          }
        : undefined,
    });
  },
});
