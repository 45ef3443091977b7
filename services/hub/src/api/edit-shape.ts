import type { EditSummary } from '@hub/db/edits.ts';
import { z } from 'zod';
import { id, when } from './field-shapes.ts';

export const actorShape = z.object({ kind: z.string(), id: z.string().optional() });

export const editShape = z
  .object({
    id,
    homeId: id,
    home: z.string().optional().describe('Slug; missing when the home was removed.'),
    connectorId: id.optional(),
    callId: z.string(),
    item: z.object({ kind: z.string(), id: z.string() }),
    tool: z.string(),
    state: z.enum(['intent', 'done', 'failed', 'unknown']),
    change: z.enum(['created', 'changed', 'removed', 'none']),
    faultCode: z.string().optional(),
    createdAt: when,
    finishedAt: when.optional(),
    actor: actorShape,
  })
  .meta({ id: 'Edit' });

export const fullEditShape = editShape
  .extend({
    before: z.unknown().optional().describe('The item as it was; missing when it was not there.'),
    after: z.unknown().optional().describe('The item as it became; missing when it is gone.'),
  })
  .meta({ id: 'EditWithItems' });

export const diffShape = z.object({
  edit: editShape,
  diff: z.string().describe('Unified diff of the item as indented JSON; empty when nothing changed.'),
});

export const restoreShape = z.object({
  edit: editShape,
  standing: z
    .enum(['ready', 'already', 'changed', 'stuck'])
    .describe(
      'already: nothing to restore · changed: somebody changed the item since · stuck: it cannot be written back',
    ),
  reason: z.string().optional(),
  diff: z.string().describe('From the item as it is to the item as it would be.'),
  restored: z.boolean(),
  restoredBy: editShape.optional().describe('The edit that the restore itself is.'),
  warnings: z.array(z.string()).optional(),
});

export function editAnswer(edit: EditSummary, slugs: ReadonlyMap<string, string>): z.output<typeof editShape> {
  const { wasThere, isThere, beforeBytes: _, ...rest } = edit;
  return {
    ...rest,
    home: slugs.get(edit.homeId),
    change: changeOf(edit),
    createdAt: edit.createdAt.toISOString(),
    finishedAt: edit.finishedAt?.toISOString(),
  };
}

function changeOf({ state, wasThere, isThere }: EditSummary): z.output<typeof editShape>['change'] {
  if (state !== 'done') return 'none';
  if (wasThere) return isThere ? 'changed' : 'removed';
  return isThere ? 'created' : 'none';
}
