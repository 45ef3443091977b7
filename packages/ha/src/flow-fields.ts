import { NEW_SECRET, REDACTED, redactUrls } from '@hub/core/redacted.ts';
import { z } from 'zod';
import { isRecord } from './selector.ts';

/** One field of a form, as Home Assistant describes it. Source: HA `probatio.to_field_list` with `cv.custom_serializer`. */
export interface FlowField {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly required?: boolean | undefined;
  readonly default?: unknown;
  readonly secret?: boolean | undefined;
  readonly selector?: Readonly<Record<string, unknown>> | undefined;
  readonly description?: { readonly suggested_value?: unknown } | null | undefined;
  /** The fields of a section. */
  readonly schema?: readonly FlowField[] | undefined;
  readonly [key: string]: unknown;
}

export const fieldSchema: z.ZodType<FlowField> = z.lazy(() =>
  z.looseObject({
    name: z.string().optional(),
    type: z.string().optional(),
    required: z.boolean().optional(),
    default: z.unknown().optional(),
    secret: z.boolean().optional(),
    selector: z.record(z.string(), z.unknown()).optional(),
    description: z.looseObject({ suggested_value: z.unknown().optional() }).nullish(),
    schema: z.array(fieldSchema).optional(),
  }),
);

const textConfig = z.looseObject({ type: z.string().optional() });
const readOnlyConfig = z.looseObject({ read_only: z.boolean().optional() });
/** Before 2026.11 Home Assistant does not mark them itself. */
const TELLING_NAME =
  /(^|_)(password|passwd|passphrase|pin|token|secret|api_?key|device_key|private_key|psk|credentials?)$/i;

/** Does the field take what nobody but the home may know? */
export function isSecretField(field: FlowField): boolean {
  if (field.secret === true) return true;
  const text = textConfig.safeParse(field.selector?.['text']);
  if (text.success && text.data.type === 'password') return true;
  const isText = text.success || (field.selector === undefined && (field.type ?? 'string') === 'string');
  return isText && TELLING_NAME.test(field.name ?? '');
}

/** Shown so that people see it, taken only as it is. */
export function isReadOnlyField({ selector = {} }: FlowField): boolean {
  return Object.values(selector).some((config) => readOnlyConfig.safeParse(config).data?.read_only === true);
}

/** What the form is filled with, or would be: the stored value, else what Home Assistant proposes. */
function proposedValue(field: FlowField): unknown {
  return field.description?.suggested_value ?? field.default;
}

/** The values a form stands at, sections as objects; secrets as a sentinel. */
export function shownValues(fields: readonly FlowField[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field): [string, unknown][] => {
      if (field.name === undefined) return [];
      if (field.schema) return [[field.name, shownValues(field.schema)]];
      const value = proposedValue(field);
      return value === undefined ? [] : [[field.name, shownValue(field, value)]];
    }),
  );
}

/** The values a form would stand at once it has taken `input`, told as `shownValues` does; a secret that changes is told to. */
export function plannedValues(
  fields: readonly FlowField[],
  input: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field): [string, unknown][] => {
      const { name, schema } = field;
      if (name === undefined) return [];
      const given = input[name];
      if (schema) return [[name, plannedValues(schema, isRecord(given) ? given : {})]];
      const value = isReadOnlyField(field) ? proposedValue(field) : (given ?? field.default);
      if (value === undefined) return [];
      const isNewSecret = isSecretField(field) && value !== '' && value !== proposedValue(field);
      return [[name, isNewSecret ? NEW_SECRET : shownValue(field, value)]];
    }),
  );
}

/** The form without a secret in it, to be shown. */
export function shownFields(fields: readonly FlowField[]): readonly FlowField[] {
  return fields.map((field) => {
    const { default: proposed, description, schema, ...rest } = field;
    const suggested = description?.suggested_value;
    return {
      ...rest,
      ...(proposed === undefined ? {} : { default: shownValue(field, proposed) }),
      ...(suggested === undefined ? {} : { description: { suggested_value: shownValue(field, suggested) } }),
      ...(schema ? { schema: shownFields(schema) } : {}),
    };
  });
}

function shownValue(field: FlowField, value: unknown): unknown {
  if (isSecretField(field)) return value === '' || value === null ? value : REDACTED;
  return redactUrls(value);
}
