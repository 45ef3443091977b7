import { z } from 'zod';
import { defineTool } from '../define.ts';
import { templateHelperFindings } from '../guidance/findings.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { guidanceParameters, previewParameter, stringList, successShape } from '../shared/parameters.ts';
import { helperItem } from '../shared/stored-helper.ts';
import { entryAnswers } from './entry-answers.ts';
import { ENTRY_KINDS, isEntryKind, STORED_KINDS } from './kinds.ts';
import { saveHelper } from './save.ts';
import { saveEntry } from './save-entry.ts';
import { saveSubentry } from './save-subentry.ts';

/** Loose, as it stands in the tool's schema seven times; Home Assistant judges it. */
const day = z.array(z.record(z.string(), z.unknown())).optional();

/** Settings of single kinds; fields.ts knows which has which. */
const settings = {
  icon: z.string().optional().describe("e.g. mdi:lamp, '' clears"),
  min_value: z.number().optional(),
  max_value: z.number().optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  step: z.number().optional(),
  unit_of_measurement: z.string().optional(),
  unit: z.string().optional(),
  options: stringList('input_select').optional(),
  initial: z.union([z.string(), z.number()]).optional().describe('value after each start'),
  mode: z.string().optional().describe('box, slider; text, password'),
  has_date: z.boolean().optional(),
  has_time: z.boolean().optional(),
  restore: z.boolean().optional(),
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
  radius: z.number().positive().optional(),
  passive: z.boolean().optional(),
  user_id: z.string().optional(),
  device_trackers: z.array(z.string()).optional(),
  picture: z.string().optional(),
  tag_id: z.string().optional(),
  description: z.string().optional().describe('tag'),
};

const input = z.strictObject({
  helper_type: z.enum([...STORED_KINDS, ...ENTRY_KINDS, 'config_subentry']),
  name: z.string().optional().describe('required for a new one'),
  helper_id: z.string().optional().describe('stored id or entity id of the one to change; leave out to create'),
  action: z.enum(['create', 'update']).optional(),
  ...settings,
  area_id: z.string().optional().describe("area id or name, '' takes it out"),
  labels: stringList('replaces the set').optional(),
  category: z.string().optional().describe("id or name, '' takes it out"),
  config: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('all settings as one object; template, group …: answers to its form, next_step_id for a menu'),
  entry_id: z.string().optional().describe('config_subentry: the integration; else same as helper_id'),
  subentry_type: z.string().optional(),
  subentry_id: z.string().optional().describe('the one to change'),
  show_advanced_options: z.boolean().default(false),
  wait: z.boolean().default(true).describe('wait up to 10 s for its entity'),
  preview: previewParameter,
  ...guidanceParameters,
});

type Input = z.infer<typeof input>;

const filingShape = z.looseObject({
  name: z.string().optional(),
  icon: z.string().optional(),
  area_id: z.string().optional(),
  labels: stringList().optional(),
  category: z.string().optional(),
});

export const tool = defineTool({
  name: 'ha_config_set_helper',
  title: 'Create or Update Helper',
  docs: "Creates a helper of any type, or changes the given settings of the one named by helper_id and leaves the rest. A sensor for today's rain: utility_meter, config {source, cycle: 'daily'}. What a type asks for: ha_config_list_helpers with describe. config_subentry adds a part to an integration. To set a helper's value use ha_call_service, e.g. input_number.set_value.",
  tags: ['Helper Entities'],
  scope: 'home',
  effect: {
    lowest: 'configure',
    max: 'system',
    of: ({ helper_type: kind }) => (kind === 'config_subentry' ? 'system' : 'configure'),
  },
  input,
  output: z.looseObject({
    ...successShape,
    action: z.enum(['create', 'update']),
    helper_type: z.string(),
    data: z.looseObject({ id: z.string().optional() }),
    entity_id: z.string().nullable(),
    message: z.string(),
  }),
  items: ({ helper_type: kind, helper_id, entry_id, subentry_id, tag_id, name }) =>
    kind === 'config_subentry'
      ? [{ kind, id: `${entry_id ?? ''}/${subentry_id ?? ''}` }]
      : [helperItem(kind, helper_id ?? entry_id ?? tag_id ?? name ?? '')],
  async run(call, context) {
    const { helper_type: kind, helper_id: helperId, wait } = call;
    const isAdvanced = call.show_advanced_options;
    const { parameters, config, filing } = partsOf(call);
    if (kind === 'config_subentry') {
      const answers = entryAnswers({ name: parameters['name'] }, config);
      const { entry_id: entryId, subentry_type: subentryType, subentry_id: subentryId } = call;
      checkAction(call, subentryId, 'subentry_id');
      return saveSubentry(context, { entryId: entryId ?? helperId, subentryType, subentryId, answers, isAdvanced });
    }
    if (isEntryKind(kind)) {
      checkForeign(call, ['subentry_type', 'subentry_id']);
      const id = helperId ?? call.entry_id;
      checkAction(call, id, 'helper_id');
      const { icon, unit, ...others } = parameters;
      const answers = entryAnswers({ ...others, unit_of_measurement: others['unit_of_measurement'] ?? unit }, config);
      const iconToo = typeof icon === 'string' ? { icon } : {};
      const saved = await saveEntry(context, {
        ...{ kind, helperId: id, answers, isAdvanced, wait },
        filing: { ...filing, ...iconToo },
      });
      const noted = kind === 'template' ? templateHelperFindings(answers['state']) : [];
      return noted.length > 0 ? { ...saved, best_practice_warnings: noted } : saved;
    }
    checkForeign(call, ['entry_id', 'subentry_type', 'subentry_id']);
    checkAction(call, helperId, 'helper_id');
    return saveHelper(context, { kind, helperId, config, wait, parameters, filing });
  },
});

/** The call's parameters; those that any type has may stand in `config` as well. */
function partsOf(call: Input) {
  const { name, icon, area_id, labels, category, ...config } = call.config ?? {};
  const inner = filingShape.safeParse({ name, icon, area_id, labels, category });
  if (!inner.success) {
    const parameter = `config.${String(inner.error.issues[0]?.path[0])}`;
    throw invalidParameter(parameter, 'this has to be text.', 'Correct it.');
  }
  const own = Object.keys(settings).map((key) => [key, call[key as keyof typeof settings]]);
  return {
    parameters: {
      ...Object.fromEntries(own),
      name: call.name ?? inner.data.name,
      icon: call.icon ?? inner.data.icon,
    } as Readonly<Record<string, unknown>>,
    config: call.config === undefined ? undefined : config,
    filing: {
      area_id: call.area_id ?? inner.data.area_id,
      labels: call.labels ?? inner.data.labels,
      category: call.category ?? inner.data.category,
    },
  };
}

function checkAction({ action }: Input, id: string | undefined, parameter: 'helper_id' | 'subentry_id'): void {
  const isUpdate = id !== undefined;
  if (action === undefined || (action === 'update') === isUpdate) return;
  const [message, suggestion] = isUpdate
    ? [
        `action is 'create', but ${parameter} names one that is there.`,
        `Leave ${parameter} out, or leave action out to change it.`,
      ]
    : [`action is 'update', but ${parameter} is missing.`, 'Name the one to change; the list tools show the ids.'];
  throw invalidParameter(parameter, message, suggestion, { action });
}

function checkForeign(call: Input, foreign: readonly ('entry_id' | 'subentry_type' | 'subentry_id')[]): void {
  const parameter = foreign.find((key) => call[key] !== undefined);
  if (parameter === undefined) return;
  const what = parameter === 'entry_id' ? `a ${call.helper_type} is no config entry.` : 'only for config_subentry.';
  throw invalidParameter(parameter, what, 'Leave it out, and name the helper to change with helper_id.', {
    helper_type: call.helper_type,
  });
}
