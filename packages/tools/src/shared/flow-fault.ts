import { Fault, type FaultExtra } from '@hub/core/fault.ts';
import { REDACTED } from '@hub/core/redacted.ts';
import { type FlowField, isSecretField } from '@hub/ha/flow-fields.ts';
import { MENU_KEYS, menuOptions } from '@hub/ha/flow-menus.ts';
import { type FlowTexts, readFlowTexts, shownStep } from '@hub/ha/flow-texts.ts';
import type { FlowStart, FlowStep } from '@hub/ha/flows.ts';
import { MISSING } from '@hub/ha/form-errors.ts';
import type { FlowAnswers, FlowEnd } from '@hub/ha/run-flow.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';

export interface FlowSubject {
  readonly start: FlowStart;
  readonly domain: string;
  readonly answers: FlowAnswers;
  /** Merged beside the error: helper_type, entry_id … */
  readonly about: Readonly<Record<string, unknown>>;
}

const MAX_CHOICES = 30;
const ALREADY = new Set(['already_configured', 'single_instance_allowed', 'already_in_progress']);

/** A dialogue that did not end well, in words that name its step, the fields and their choices. */
export async function flowFault(context: ToolContext, subject: FlowSubject, end: FlowEnd): Promise<Fault> {
  const texts = await wordsOf(context, subject);
  if (end.type === 'aborted') return endedFault(subject, end.reason, texts);
  const { step } = end;
  const where = `${subject.domain}, step '${step.step_id ?? '?'}'`;
  const about = { ...subject.about, ...(end.type === 'stuck' ? shownStep(step, texts) : {}) };
  if (end.type === 'created')
    return new Fault('SERVICE_CALL_FAILED', `${where}: ended unexpectedly.`, { context: about });
  switch (end.why) {
    case 'menu':
      return new Fault(
        'CONFIG_MISSING_REQUIRED_FIELDS',
        `${where}: ${wrongChoice(subject.answers)}, choose one of: ${menuOptions(step).join(', ')}.`,
        {
          suggestion: 'Name one of menu_options in config.next_step_id, beside the answers to the form behind it.',
          context: { ...about, parameter: 'config.next_step_id' },
        },
      );
    case 'elsewhere':
      return new Fault('SERVICE_CALL_FAILED', `${where}: here a person has to act: sign in, or press something.`, {
        suggestion: 'Do it in Home Assistant: Settings > Devices & services. Nothing was changed.',
        context: about,
      });
    case 'unknown':
    case 'fixed':
      return strayFault(where, end.why, end.names, step, about);
    default:
      return refusedFault(where, end.errors, { step, texts, about, answers: subject.answers });
  }
}

/** A menu was not passed: nothing was chosen, or something that it does not have. */
function wrongChoice(answers: FlowAnswers): string {
  const key = MENU_KEYS.find((one) => one !== 'type' && typeof answers[one] === 'string');
  return key === undefined ? 'a choice is missing' : `\`${key}\` '${String(answers[key])}' is none of its choices`;
}

/** The words of a dialogue; without them its own keys do. */
async function wordsOf(
  { home, signal }: ToolContext,
  { domain, start }: Pick<FlowSubject, 'domain' | 'start'>,
): Promise<FlowTexts | undefined> {
  try {
    return await readFlowTexts(home, domain, start, { signal });
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

function endedFault({ domain, about }: FlowSubject, reason: string, texts: FlowTexts | undefined): Fault {
  const words = texts?.reason(reason) ?? reason.replaceAll('_', ' ');
  const context = { ...about, reason };
  const message = `Home Assistant ended the dialogue of ${domain}: ${words}`;
  if (ALREADY.has(reason)) {
    return new Fault('RESOURCE_ALREADY_EXISTS', message, {
      suggestion: `ha_get_integration with domain '${domain}' shows what is there.`,
      context,
    });
  }
  const suggestion =
    reason === 'missing_credentials'
      ? 'It signs in with a service: add application credentials and set it up in Home Assistant, Settings > Devices & services.'
      : 'Nothing was changed. Set right what it names, or do it in Home Assistant: Settings > Devices & services.';
  return new Fault('SERVICE_CALL_FAILED', message, { suggestion, context });
}

function strayFault(
  where: string,
  why: 'unknown' | 'fixed',
  names: readonly string[],
  step: FlowStep,
  about: Readonly<Record<string, unknown>>,
): Fault {
  const listed = names.map((name) => `\`${name}\``).join(', ');
  const known = fieldPaths(step.data_schema ?? []);
  const what = why === 'unknown' ? 'nothing asks for it' : 'it is only shown, and cannot be changed any more';
  return new Fault('VALIDATION_INVALID_PARAMETER', `${listed}: ${what} (${where}).`, {
    suggestion: [
      why === 'unknown' ? 'Leave it out, or correct its name.' : 'Leave it out, or make another helper.',
      ...(known.length > 0 ? [`This step takes: ${known.join(', ')}.`] : []),
    ],
    context: { ...about, parameter: names[0], valid_parameters: known },
  });
}

interface Refused {
  readonly step: FlowStep;
  readonly texts: FlowTexts | undefined;
  readonly about: Readonly<Record<string, unknown>>;
  readonly answers: FlowAnswers;
}

function refusedFault(where: string, errors: Readonly<Record<string, string>>, refused: Refused): Fault {
  const { step, texts, about, answers } = refused;
  const fields = flatFields(step.data_schema ?? []);
  const secrets = secretsAmong(fields, answers);
  const missing = Object.keys(errors).filter((field) => errors[field] === MISSING);
  const wrong = Object.entries(errors)
    .filter(([field]) => !missing.includes(field))
    .map(([field, why]) => [field, withoutSecrets(texts?.error(why) ?? why, secrets)] as const);
  const parts = [
    ...missing.map((field) => `\`${field}\` is missing${choicesText(fields, field)}`),
    ...wrong.map(([field, why]) => (field === 'base' ? why : `\`${field}\`: ${why}`)),
  ];
  const isVague = wrong.some(([, why]) => /bad request/i.test(why));
  const suggestion: FaultExtra['suggestion'] = [
    ...(missing.length > 0 ? [`Give ${missing.map((field) => `config.${field}`).join(', ')}.`] : []),
    ...(isVague
      ? ['Some of the values do not fit each other, such as device_class, state_class and unit_of_measurement.']
      : []),
    'data_schema says what this step takes; nothing was changed.',
  ];
  return new Fault('VALIDATION_INVALID_PARAMETER', `${where}: ${parts.join('; ') || 'it asks for the same again'}.`, {
    suggestion,
    context: {
      ...about,
      parameter: missing[0] ?? wrong.find(([field]) => field !== 'base')?.[0] ?? 'config',
      field_errors: { ...Object.fromEntries(missing.map((field) => [field, 'missing'])), ...Object.fromEntries(wrong) },
      ...(missing.length > 0 ? { missing_fields: missing } : {}),
    },
  });
}

const selectShape = z.looseObject({ options: z.array(z.union([z.string(), z.looseObject({ value: z.string() })])) });

function choicesText(fields: ReadonlyMap<string, FlowField>, name: string): string {
  const select = selectShape.safeParse(fields.get(name)?.selector?.['select']);
  if (!select.success || select.data.options.length === 0) return '';
  const values = select.data.options.map((one) => (typeof one === 'string' ? one : one.value));
  return ` (one of ${values.slice(0, MAX_CHOICES).join(', ')}${values.length > MAX_CHOICES ? ' …' : ''})`;
}

function flatFields(fields: readonly FlowField[]): Map<string, FlowField> {
  return new Map(
    fields.flatMap((field): [string, FlowField][] => [
      ...(field.name === undefined ? [] : ([[field.name, field]] as [string, FlowField][])),
      ...(field.schema ? [...flatFields(field.schema)] : []),
    ]),
  );
}

function fieldPaths(fields: readonly FlowField[]): string[] {
  return fields.flatMap(({ name = '', schema }) =>
    schema ? fieldPaths(schema).map((one) => `${name}.${one}`) : [name],
  );
}

function secretsAmong(fields: ReadonlyMap<string, FlowField>, answers: FlowAnswers): string[] {
  const texts = (value: unknown): string[] =>
    value !== null && typeof value === 'object' ? Object.values(value).flatMap(texts) : [String(value)];
  const walk = (level: Readonly<Record<string, unknown>>): string[] =>
    Object.entries(level).flatMap(([key, value]) => {
      const field = fields.get(key);
      if (field && !field.schema && isSecretField(field)) return texts(value);
      return value !== null && typeof value === 'object' ? walk(value as Readonly<Record<string, unknown>>) : [];
    });
  return walk(answers).filter((text) => text.length > 2);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text).slice(0, 500);
}
