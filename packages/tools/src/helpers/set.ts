import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { stringList, successShape } from '../shared/parameters.ts';
import { helperItem } from '../shared/stored-helper.ts';
import { ENTRY_KINDS, isStoredKind, notYet, STORED_KINDS } from './kinds.ts';
import { saveHelper } from './save.ts';

const day = z
  .array(z.looseObject({ from: z.string(), to: z.string(), data: z.record(z.string(), z.unknown()).optional() }))
  .optional();

/** Settings of single kinds; fields.ts knows which has which. */
const settings = {
  icon: z.string().optional().describe("e.g. mdi:lamp, '' clears"),
  min_value: z.number().optional().describe('input_number, counter; input_text: least length'),
  max_value: z.number().optional(),
  min: z.number().optional().describe('same as min_value'),
  max: z.number().optional().describe('same as max_value'),
  step: z.number().optional(),
  unit_of_measurement: z.string().optional(),
  unit: z.string().optional().describe('same as unit_of_measurement'),
  options: stringList('input_select').optional(),
  initial: z
    .union([z.string(), z.number()])
    .optional()
    .describe('value after each start; without it the last one returns'),
  mode: z.string().optional().describe('input_number: box, slider; input_text: text, password'),
  has_date: z.boolean().optional(),
  has_time: z.boolean().optional(),
  restore: z.boolean().optional().describe('counter, timer: keep over a restart'),
  duration: z.string().optional().describe('timer: HH:MM:SS or seconds'),
  monday: day.describe("schedule: [{from: '08:00', to: '17:00', data?}]"),
  tuesday: day,
  wednesday: day,
  thursday: day,
  friday: day,
  saturday: day,
  sunday: day,
  latitude: z.number().min(-90).max(90).optional(),
  longitude: z.number().min(-180).max(180).optional(),
  radius: z.number().positive().optional().describe('metres'),
  passive: z.boolean().optional(),
  user_id: z.string().optional().describe('person'),
  device_trackers: z.array(z.string()).optional().describe('person'),
  picture: z.string().optional().describe('person'),
  tag_id: z.string().optional(),
  description: z.string().optional().describe('tag'),
};

const input = z.strictObject({
  helper_type: z.enum([...STORED_KINDS, ...ENTRY_KINDS, 'config_subentry']),
  name: z.string().optional().describe('required for a new one'),
  helper_id: z.string().optional().describe('stored id or entity id of the one to change; leave out to create'),
  action: z.enum(['create', 'update']).optional().describe('refuse anything else than this'),
  ...settings,
  area_id: z.string().optional().describe("area id or name, '' takes it out"),
  labels: stringList('replaces the set').optional(),
  category: z.string().optional().describe("id or name, '' takes it out"),
  config: z.record(z.string(), z.unknown()).optional().describe('the same settings as one object'),
  entry_id: z.string().optional(),
  subentry_type: z.string().optional(),
  subentry_id: z.string().optional(),
  show_advanced_options: z.boolean().default(false),
  wait: z.boolean().default(true).describe('wait up to 10 s for its entity'),
  MandatoryBPS: z.boolean().default(true),
  BestPracticeKey: z.string().optional(),
});

export const tool = defineTool({
  name: 'ha_config_set_helper',
  title: 'Create or Update Helper',
  docs: 'Creates a helper (input_*, counter, timer, schedule, zone, person, tag), or changes the given settings of the one named by helper_id and leaves the rest. Template, group and other helpers kept as config entries come later. To set the value of a helper use ha_call_service, e.g. input_number.set_value.',
  tags: ['Helper Entities'],
  scope: 'home',
  effect: 'configure',
  input,
  output: z.looseObject({
    ...successShape,
    action: z.enum(['create', 'update']),
    helper_type: z.enum(STORED_KINDS),
    data: z.looseObject({ id: z.string() }),
    entity_id: z.string().nullable(),
    message: z.string(),
  }),
  items: ({ helper_type: kind, helper_id, tag_id, name }) => [helperItem(kind, helper_id ?? tag_id ?? name ?? '')],
  async run(call, context) {
    const { helper_type: kind, helper_id: helperId, action, name, config, wait } = call;
    if (!isStoredKind(kind)) throw notYet(kind, 'created or changed');
    checkAction(action, helperId);
    checkEntryParameters(call);
    const given = Object.keys(settings).map((key) => [key, call[key as keyof typeof settings]]);
    const { area_id, labels, category } = call;
    return saveHelper(context, {
      ...{ kind, helperId, config, wait },
      parameters: { name, ...Object.fromEntries(given) },
      filing: { area_id, labels, category },
    });
  },
});

function checkAction(action: 'create' | 'update' | undefined, helperId: string | undefined): void {
  const isUpdate = helperId !== undefined;
  if (action === undefined || (action === 'update') === isUpdate) return;
  const [message, suggestion] = isUpdate
    ? [
        "action is 'create', but helper_id names one that is there",
        'Leave helper_id out, or leave action out to change it.',
      ]
    : ["action is 'update', but helper_id is missing", 'Name the helper; ha_config_list_helpers shows the ids.'];
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`helper_id\`: ${message}.`, {
    suggestion,
    context: { parameter: 'helper_id', action },
  });
}

function checkEntryParameters(call: z.infer<typeof input>): void {
  const parameter = (['entry_id', 'subentry_type', 'subentry_id'] as const).find((key) => call[key] !== undefined);
  if (parameter === undefined) return;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`${parameter}\`: a ${call.helper_type} is no config entry.`, {
    suggestion: 'Leave it out, and name the helper to change with helper_id.',
    context: { parameter, helper_type: call.helper_type },
  });
}
