import { Fault } from '@hub/core/fault.ts';
import type { Label } from '@hub/ha/records.ts';
import { findRow } from '@hub/ha/registry-reads.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';

const MAX_LISTED = 20;

export const labelShape = z.looseObject({ label_id: z.string(), name: z.string() });

/** The label as the home has it now. */
export function findLabel(home: View, labelId: string, signal: AbortSignal): Promise<Label | undefined> {
  return findRow(home, 'label', ({ label_id: id }) => id === labelId, { signal });
}

/** @throws Fault VALIDATION_INVALID_PARAMETER */
export function assertLabelId(labelId: string, fix: string): void {
  if (labelId.trim() !== '') return;
  throw new Fault('VALIDATION_INVALID_PARAMETER', '`label_id` is empty.', {
    suggestion: fix,
    context: { parameter: 'label_id', value: labelId },
  });
}

/** Home Assistant itself would answer an update of an unknown id with "Unknown error". */
export async function labelNotFound(home: View, labelId: string, fix: string): Promise<Fault> {
  const labels = await home.labels();
  const named = [...labels.values()].find(({ name }) => name.toLowerCase() === labelId.trim().toLowerCase());
  return new Fault('RESOURCE_NOT_FOUND', `Label not found: ${labelId}`, {
    suggestion: named ? [`That is a label's name; its id is ${named.label_id}.`, fix] : fix,
    context: { label_id: labelId, available_label_ids: [...labels.keys()].slice(0, MAX_LISTED) },
  });
}
