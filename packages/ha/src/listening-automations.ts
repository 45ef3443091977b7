import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { View } from './view.ts';

const relatedSchema = z.looseObject({ automation: z.array(z.string()).default([]) });

/** What people flip or fill in so that automations act: nothing at home moves by itself when these change. */
const LISTENED = /^(calendar|counter|device_tracker|input_\w+|timer|todo)\./;
/** A trigger that names no entity may still mean this one. */
const INDIRECT = /"(area_id|floor_id|label_id)"|\{\{|\{%/;

/** Automations that name this entity and are switched on. Empty for devices, whose state anybody at home can change. Source: HA `search/related`. */
export async function automationsNaming(entityId: string, view: View): Promise<readonly string[]> {
  if (!LISTENED.test(entityId)) return [];
  try {
    const command = { type: 'search/related', item_type: 'entity', item_id: entityId };
    const { automation } = relatedSchema.parse(await view.send(command, { isWrite: false }));
    const states = await view.states();
    return automation.filter((id) => states.get(id)?.state !== 'off');
  } catch (error) {
    if (error instanceof Fault && 'ha_error_code' in error.context) return [];
    throw error;
  }
}

/** Is it the change of this entity that sets the automation off, and not merely a condition or an action that names it? */
export async function isTriggeredBy(triggers: unknown, entityId: string, view: View): Promise<boolean> {
  const text = JSON.stringify(triggers ?? []);
  const entry = (await view.entities()).get(entityId);
  const names = [entityId, entry?.['id'], entry?.device_id].filter((one) => typeof one === 'string' && one !== '');
  return names.some((name) => text.includes(String(name))) || INDIRECT.test(text);
}
