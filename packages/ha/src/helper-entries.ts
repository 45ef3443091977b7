import { z } from 'zod';
import { shownValues } from './flow-fields.ts';
import type { CallOptions, Home } from './home.ts';
import { cancelled } from './pause.ts';
import { peekFlow } from './run-flow.ts';

const entrySchema = z.looseObject({
  entry_id: z.string(),
  domain: z.string(),
  title: z.string(),
  modified_at: z.number().optional(),
  supports_options: z.boolean().optional(),
});
const entriesSchema = z.array(entrySchema);

export type HelperEntry = z.infer<typeof entrySchema>;

/** Helpers that are integrations of their own: groups, templates, utility meters … Source: HA `config_entries/get`. @throws Fault */
export async function listHelperEntries(home: Home, options: CallOptions = {}): Promise<readonly HelperEntry[]> {
  const command = { type: 'config_entries/get', type_filter: ['helper'] };
  return entriesSchema.parse(await home.send(command, { ...options, isWrite: false }));
}

export interface EntryForm {
  /** Which form it is: a template's says what kind of entity it makes. */
  readonly stepId: string | undefined;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * What an entry is set to, secrets as a sentinel. Home Assistant shows it only as the values filled into its options form, so that form
 * is opened and closed again. Undefined when it starts with something else than a form. Needs an administrator's token. @throws Fault
 */
export async function readEntryForm(
  home: Home,
  entryId: string,
  { signal }: Pick<CallOptions, 'signal'> = {},
): Promise<EntryForm | undefined> {
  if (signal?.aborted) throw cancelled(signal);
  const step = await peekFlow(home, { door: 'options', handler: entryId });
  return step.type === 'form' && step.data_schema
    ? { stepId: step.step_id, values: shownValues(step.data_schema) }
    : undefined;
}

/** The values of that form. @throws Fault */
export async function readEntryOptions(
  home: Home,
  entryId: string,
  options: Pick<CallOptions, 'signal'> = {},
): Promise<Readonly<Record<string, unknown>> | undefined> {
  return (await readEntryForm(home, entryId, options))?.values;
}
