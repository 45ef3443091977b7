import { Fault } from '@hub/core/fault.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';

const MAX_NAMED = 20;
const CONSUMERS = ['automation', 'script', 'scene', 'group'] as const;
const list = z.array(z.string()).default([]);
const relatedSchema = z.looseObject({ automation: list, script: list, scene: list, group: list });

/** Home Assistant changes no reference to a renamed entity: say who still names the old id. Source: HA `search/related`. */
export async function renameWarnings(home: View, entityId: string, signal: AbortSignal): Promise<string[]> {
  const general = `Nothing that names ${entityId} was changed: look through dashboards and templates as well.`;
  try {
    const related = relatedSchema.parse(
      await home.send({ type: 'search/related', item_type: 'entity', item_id: entityId }, { signal, isWrite: false }),
    );
    const consumers = CONSUMERS.flatMap((kind) => related[kind]).filter((id) => id !== entityId);
    if (consumers.length === 0) return [general];
    const named = consumers.slice(0, MAX_NAMED).join(', ');
    const more = consumers.length > MAX_NAMED ? ` and ${consumers.length - MAX_NAMED} more` : '';
    return [`These still name the old id ${entityId}: ${named}${more}.`, general];
  } catch (error) {
    if (error instanceof Fault) return [general];
    throw error;
  }
}
