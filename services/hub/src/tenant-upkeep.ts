import type { EditLimits } from '@hub/db/edits.ts';
import type { Enqueue } from '@hub/queue/queue.ts';

/** What one job of upkeep is to do; while one is unfinished, asking again gives that one. */
export type TenantUpkeep = Pick<Enqueue, 'kind' | 'args' | 'dedupKey'>;

export const sealing: TenantUpkeep = { kind: 'audit.seal', args: {}, dedupKey: 'audit.seal' };

export function retention(rules: { readonly editLimits: EditLimits; readonly auditMaxDays: number }): TenantUpkeep {
  const args = { edits: rules.editLimits, auditMaxDays: rules.auditMaxDays };
  return { kind: 'retention.apply', args, dedupKey: 'retention.apply' };
}
