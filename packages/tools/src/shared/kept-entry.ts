import { Fault } from '@hub/core/fault.ts';
import { readConfigEntry } from '@hub/ha/config-entries.ts';
import { readEntryForm } from '@hub/ha/helper-entries.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';

export const keptEntryShape = z.looseObject({
  entry_id: z.string(),
  domain: z.string(),
  title: z.string(),
  disabled_by: z.string().nullable(),
  options: z.record(z.string(), z.unknown()).optional(),
});

export type KeptEntry = z.infer<typeof keptEntryShape>;

/**
 * What is kept of an integration's entry, secrets left out. Home Assistant shows what it is set to only as its options form,
 * which an integration that is broken or stopped may not be able to open. @throws Fault
 */
export async function keptEntry(
  { home, signal }: Pick<ToolContext, 'home' | 'signal'>,
  entryId: string,
): Promise<KeptEntry | undefined> {
  const entry = await readConfigEntry(home, entryId, { signal });
  if (!entry) return undefined;
  const { domain, title, disabled_by: disabledBy = null } = entry;
  const kept = { entry_id: entryId, domain, title, disabled_by: disabledBy };
  if (entry.supports_options !== true) return kept;
  try {
    const form = await readEntryForm(home, entryId, { signal });
    return form ? { ...kept, step_id: form.stepId, options: { ...form.values } } : kept;
  } catch (error) {
    if (error instanceof Fault && error.code !== 'CANCELLED') return kept;
    throw error;
  }
}
