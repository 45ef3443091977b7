import { z } from 'zod';
import { defineTool } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { refuseSentinels } from '../shared/refuse-sentinels.ts';
import { requireAdmin } from '../shared/require-admin.ts';
import { changeLogLevel, LEVELS } from './change-log-level.ts';
import { changeOptions, create } from './configure.ts';
import { enable } from './enable.ts';
import { reconfigure } from './reconfigure.ts';

const input = z.strictObject({
  entry_id: z.string().optional().describe('the entry to change'),
  enabled: z.boolean().optional(),
  domain: z.string().optional().describe('set up a new entry of this integration'),
  config: z.record(z.string(), z.unknown()).optional().describe('answers to its form(s); next_step_id for a menu'),
  reconfigure: z.boolean().default(false).describe('first without confirm_token: shows what it would touch'),
  expected_device_id: z.string().optional(),
  expected_unique_id: z.string().optional(),
  expected_mac: z.string().optional(),
  expected_entity_ids: z.array(z.string()).optional(),
  confirm_token: z.string().optional().describe('from the preview'),
  log_level: z.enum(LEVELS).optional().describe('default ends it'),
  preview: previewParameter,
});

type Input = z.infer<typeof input>;

/** Sources: HA config, options and reconfigure flows, `config_entries/disable`, `logger/integration_log_level`. */
export const tool = defineTool({
  name: 'ha_set_integration',
  title: 'Set Integration',
  docs: 'One of: set up an integration (domain, config; an error names the step, fields and choices to give next), change options (entry_id, config), stop or start one (entry_id, enabled), reconfigure (entry_id, reconfigure: preview, then again with confirm_token), log_level. Leave passwords out to keep them. For helpers use ha_config_set_helper; to remove ha_remove_helpers_integrations.',
  tags: ['Integrations'],
  scope: 'home',
  effect: 'system',
  input,
  output: z.looseObject({ ...successShape, message: z.string() }),
  items: ({ entry_id: id, domain }) => [{ kind: 'config_entry', id: id ?? domain ?? '' }],
  async run(call, context) {
    checkOneThing(call);
    refuseSentinels(call.config, 'config');
    await requireAdmin(context, 'Changing an integration');
    const { entry_id: entryId, domain, config = {}, enabled, log_level: level } = call;
    if (level !== undefined) return changeLogLevel(context, { entryId, domain, level });
    if (entryId === undefined) return create(context, domain ?? '', config);
    if (enabled !== undefined) return enable(context, entryId, enabled);
    if (!call.reconfigure) return changeOptions(context, entryId, config);
    return reconfigure(context, {
      ...{ entryId, config, token: call.confirm_token, isPreview: call.preview === true },
      expected: {
        deviceId: call.expected_device_id,
        uniqueId: call.expected_unique_id,
        mac: call.expected_mac,
        entityIds: call.expected_entity_ids,
      },
    });
  },
});

/** @throws Fault VALIDATION_INVALID_PARAMETER */
function checkOneThing(call: Input): void {
  const { entry_id: entryId, domain, enabled, config, reconfigure: isReconfigure, log_level: level } = call;
  if (entryId === undefined && domain === undefined)
    throw invalidParameter(
      'entry_id',
      'name an entry, or a domain to set up.',
      'ha_get_integration lists the entries.',
    );
  if (entryId !== undefined && domain !== undefined)
    throw invalidParameter('domain', 'with entry_id it has no meaning.', 'Leave one of them out.');
  if (enabled !== undefined && (config !== undefined || isReconfigure || level !== undefined || entryId === undefined))
    throw invalidParameter('enabled', 'it goes with entry_id alone.', 'Make two calls.');
  if (level !== undefined && (config !== undefined || isReconfigure))
    throw invalidParameter('log_level', 'it goes with entry_id or domain alone.', 'Make two calls.');
  if (isReconfigure && entryId === undefined)
    throw invalidParameter('reconfigure', 'needs entry_id.', 'To set up a new one leave reconfigure out.');
  const stray = (
    ['expected_device_id', 'expected_unique_id', 'expected_mac', 'expected_entity_ids', 'confirm_token'] as const
  ).find((key) => call[key] !== undefined && !isReconfigure);
  if (stray !== undefined) throw invalidParameter(stray, 'only with reconfigure=true.', 'Leave it out.');
  if (entryId !== undefined && [enabled, config, level].every((one) => one === undefined) && !isReconfigure)
    throw invalidParameter('config', 'there is nothing to change.', 'Give config, enabled, reconfigure or log_level.');
}
