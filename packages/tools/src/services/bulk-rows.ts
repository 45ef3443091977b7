import { z } from 'zod';
import { validActions } from './bulk-actions.ts';
import { splitSelector } from './selector.ts';

const DEFAULT_TIMEOUT_S = 10;

const rowSchema = z.strictObject({
  entity_id: z.string().min(1, 'an entity id such as light.kitchen'),
  action: z.string().min(1),
  // Home Assistant reads a target out of a service's data too: it would reach what nobody judged.
  parameters: z
    .record(z.string(), z.unknown())
    .refine(
      (given) => Object.keys(splitSelector(given).selector).length === 0,
      'a row acts on its own entity_id only; give each further entity a row of its own',
    )
    .nullish(),
  timeout_seconds: z.number().min(0).max(60).nullish(),
  validate_first: z.boolean().nullish(),
});

/** Has the form of an entity id; rows that have not fail by themselves and name no target. */
export const isEntityId = (text: string): boolean => /^[a-z0-9_]+\.[a-z0-9_]+$/.test(text);

export interface BulkRow {
  readonly entityId: string;
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
  readonly validActions: readonly string[];
}

export interface SkippedRow {
  readonly index: number;
  readonly reason: string;
  readonly row: unknown;
}

/** Parts usable rows from ones that are not, each with its reason; a bad row never spoils the good ones. */
export function readRows(operations: readonly unknown[]): { rows: BulkRow[]; skipped: SkippedRow[] } {
  const rows: BulkRow[] = [];
  const skipped: SkippedRow[] = [];
  operations.forEach((given, index) => {
    const parsed = rowSchema.safeParse(given);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      skipped.push({
        index,
        reason: `${issue?.path.join('.') || 'row'}: ${issue?.message ?? 'not usable'}`,
        row: given,
      });
      return;
    }
    const { entity_id: entityId, action, parameters, timeout_seconds: timeoutS } = parsed.data;
    rows.push({
      entityId,
      action: action.toLowerCase(),
      parameters: parameters ?? {},
      timeoutMs: (timeoutS ?? DEFAULT_TIMEOUT_S) * 1_000,
      validActions: validActions(entityId.split('.')[0] ?? ''),
    });
  });
  return { rows, skipped };
}
