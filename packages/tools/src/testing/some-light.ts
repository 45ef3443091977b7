import { callService } from '@hub/ha/services.ts';
import type { View } from '@hub/ha/view.ts';

/** A light of whichever home a test runs on, that really switches. */
export async function someLight(view: View): Promise<string> {
  const states = await view.states();
  const light = [...states.values()].find(
    ({ entity_id: id, state }) => id.startsWith('light.') && (state === 'on' || state === 'off'),
  );
  if (!light) throw new Error('this home has no light');
  return light.entity_id;
}

/** Switches it before a test looks. */
export async function switchTo(view: View, entityId: string, state: 'on' | 'off'): Promise<void> {
  await callService(view, 'light', `turn_${state}`, { target: { entity_id: entityId } });
}
