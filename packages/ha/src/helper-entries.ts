import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import { requestJson } from './http.ts';

const FLOWS = '/api/config/config_entries/options/flow';

const entrySchema = z.looseObject({
  entry_id: z.string(),
  domain: z.string(),
  title: z.string(),
  modified_at: z.number().optional(),
  supports_options: z.boolean().optional(),
});
const entriesSchema = z.array(entrySchema);

interface Field {
  readonly name?: string | undefined;
  readonly default?: unknown;
  readonly description?: { readonly suggested_value?: unknown } | null | undefined;
  /** The fields of a section. */
  readonly schema?: readonly Field[] | undefined;
}

const fieldSchema: z.ZodType<Field> = z.lazy(() =>
  z.looseObject({
    name: z.string().optional(),
    default: z.unknown().optional(),
    description: z.looseObject({ suggested_value: z.unknown().optional() }).nullish(),
    schema: z.array(fieldSchema).optional(),
  }),
);
const stepSchema = z.looseObject({
  flow_id: z.string().optional(),
  type: z.string(),
  data_schema: z.array(fieldSchema).nullish(),
});

export type HelperEntry = z.infer<typeof entrySchema>;

/** Helpers that are integrations of their own: groups, templates, utility meters … Source: HA `config_entries/get`. @throws Fault */
export async function listHelperEntries(home: Home, options: CallOptions = {}): Promise<readonly HelperEntry[]> {
  const command = { type: 'config_entries/get', type_filter: ['helper'] };
  return entriesSchema.parse(await home.send(command, { ...options, isWrite: false }));
}

/**
 * What such a helper is set to. Home Assistant shows it only as the values filled into its options form, so that form is opened and
 * closed again. Undefined when it starts with something else than a form. Needs an administrator's token. @throws Fault
 */
export async function readEntryOptions(
  home: Home,
  entryId: string,
  options: CallOptions = {},
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const opened = await requestJson(
    home,
    { method: 'POST', path: FLOWS, body: { handler: entryId } },
    { ...options, isWrite: false },
  );
  const step = stepSchema.parse(opened);
  if (step.flow_id !== undefined) await closeFlow(home, step.flow_id);
  return step.type === 'form' && step.data_schema ? valuesOf(step.data_schema) : undefined;
}

/** A form left open costs Home Assistant a few bytes until it restarts: no reason to fail. */
async function closeFlow(home: Home, flowId: string): Promise<void> {
  const path = `${FLOWS}/${encodeURIComponent(flowId)}`;
  try {
    await requestJson(home, { method: 'DELETE', path }, { isWrite: false });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}

function valuesOf(fields: readonly Field[]): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field): [string, unknown][] => {
      if (field.name === undefined) return [];
      if (field.schema) return [[field.name, valuesOf(field.schema)]];
      const value = field.description?.suggested_value ?? field.default;
      return value === undefined ? [] : [[field.name, value]];
    }),
  );
}
