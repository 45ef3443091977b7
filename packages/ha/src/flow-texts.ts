import { z } from 'zod';
import { type FlowField, shownFields } from './flow-fields.ts';
import { menuOptions } from './flow-menus.ts';
import type { FlowStart, FlowStep } from './flows.ts';
import type { CallOptions, Home } from './home.ts';

const answerSchema = z.looseObject({ resources: z.record(z.string(), z.unknown()) });

/** What a step says to people, in English. */
export interface FlowTexts {
  /** The words for an error or a reason to stop; undefined when there are none. */
  error(key: string): string | undefined;
  reason(key: string): string | undefined;
  field(stepId: string, path: string): { readonly label?: string | undefined; readonly help?: string | undefined };
  choice(stepId: string, option: string): string | undefined;
}

const CATEGORIES = { config: 'config', options: 'options', subentry: 'config_subentries' } as const;
/** Words of a home are data: what is longer than a sentence or two is cut. */
const MAX_TEXT = 240;
const MAX_OPTIONS = 60;

/** The words of an integration's dialogues. Source: HA `frontend/get_translations`. @throws Fault */
export async function readFlowTexts(
  home: Home,
  domain: string,
  { door, handler }: Pick<FlowStart, 'door' | 'handler'>,
  options: CallOptions = {},
): Promise<FlowTexts> {
  const category = CATEGORIES[door];
  const command = { type: 'frontend/get_translations', language: 'en', category, integration: [domain] };
  const { resources } = answerSchema.parse(await home.send(command, { ...options, isWrite: false }));
  const part = Array.isArray(handler) ? `.${handler[1]}` : '';
  const prefix = `component.${domain}.${category}${part}`;
  const text = (key: string) => {
    const found = resources[`${prefix}.${key}`];
    return typeof found === 'string' ? found.slice(0, MAX_TEXT) : undefined;
  };
  return {
    error: (key) => text(`error.${key}`),
    reason: (key) => text(`abort.${key}`),
    field(stepId, path) {
      const [first = '', second] = path.split('.');
      const base = second === undefined ? `step.${stepId}` : `step.${stepId}.sections.${first}`;
      const name = second ?? first;
      return {
        label:
          text(`${base}.data.${name}`) ?? (second === undefined ? text(`${base}.sections.${name}.name`) : undefined),
        help: text(`${base}.data_description.${name}`),
      };
    },
    choice: (stepId, option) => text(`step.${stepId}.menu_options.${option}`),
  };
}

/** One step as it is shown: form or menu, with its words, long lists of choices cut, secrets as a sentinel. */
export function shownStep(step: FlowStep, texts: FlowTexts | undefined): Readonly<Record<string, unknown>> {
  const { type, step_id: stepId = '', last_step: last } = step;
  if (type === 'menu') {
    const options = menuOptions(step);
    const words = options.flatMap((option) => {
      const text = texts?.choice(stepId, option);
      return text === undefined ? [] : [[option, text] as const];
    });
    const labels = words.length > 0 ? { menu_labels: Object.fromEntries(words) } : {};
    return { flow_type: type, step_id: stepId, menu_options: options, ...labels };
  }
  const fields = shownFields(step.data_schema ?? []).map((field) => withWords(field, stepId, '', texts));
  return { flow_type: type, step_id: stepId, data_schema: fields, ...(last === false ? { more_steps: true } : {}) };
}

function withWords(field: FlowField, stepId: string, section: string, texts: FlowTexts | undefined): FlowField {
  const { name = '', schema, selector } = field;
  const { label, help } = texts?.field(stepId, `${section}${name}`) ?? {};
  return {
    ...field,
    ...(label === undefined ? {} : { label }),
    ...(help === undefined ? {} : { help }),
    ...(selector ? { selector: withFewOptions(selector) } : {}),
    ...(schema ? { schema: schema.map((one) => withWords(one, stepId, `${name}.`, texts)) } : {}),
  };
}

const selectSchema = z.looseObject({ options: z.array(z.unknown()) });

/** A list of all time zones or languages would hide the rest of the form. */
function withFewOptions(selector: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const select = selectSchema.safeParse(selector['select']);
  if (!select.success || select.data.options.length <= MAX_OPTIONS) return selector;
  const { options, ...rest } = select.data;
  return { select: { ...rest, options: options.slice(0, MAX_OPTIONS), options_total: options.length } };
}
