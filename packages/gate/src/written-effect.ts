import type { Effect } from '@hub/core/effect.ts';
import { actionEffect, writtenEffect } from '@hub/ha/effects.ts';
import { isRecord } from '@hub/ha/selector.ts';
import type { View } from '@hub/ha/view.ts';
import type { EditsPort } from '@hub/tools/define.ts';

/** Throws the Fault of an effect that this call may not have. */
type Allow = (effect: Effect) => Promise<void>;

/**
 * Judges what an automation, script, scene or group would do before it is written, by whatever tool and however it was put together: else a
 * connector that may configure would open the door a minute later by an automation of its own.
 */
export function judgingWrites(edits: EditsPort, whole: View, allow: Allow): EditsPort {
  return {
    ...edits,
    change: (change) => {
      const { plan, item, write } = change;
      if (!plan || !/^(automation|group|scene|script)$/.test(item.kind)) return edits.change(change);
      return edits.change({
        ...change,
        async write(before) {
          const planned = plan(before);
          if (isRecord(planned)) await allow(await effectOf(item.kind, planned, whole));
          await write(before);
        },
      });
    },
  };
}

async function effectOf(kind: string, planned: Readonly<Record<string, unknown>>, whole: View): Promise<Effect> {
  // Whatever acts on the group by then acts on its new members.
  if (kind === 'group') return actionEffect('homeassistant.turn_on', textsOf(planned['entities']), whole);
  if (kind !== 'scene') return writtenEffect(kind === 'script' ? 'script' : 'automation', planned, whole);
  const { entities } = planned;
  return isRecord(entities) ? actionEffect('scene.apply', [], whole, { entities }) : 'configure';
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

const DIALOGUE = /^\/api\/config\/config_entries\/(options\/|subentries\/)?flow\b/;

/** Template switches, buttons, locks and the like are made in dialogues, and bring actions of their own. */
export function judgingDialogues(view: View, whole: View, allow: Allow): View {
  return {
    ...view,
    get info() {
      return view.info;
    },
    async rest(request, options) {
      const steps = DIALOGUE.test(request.path) ? stepsWithin(request.body) : [];
      if (steps.length > 0) await allow(await writtenEffect('script', { sequence: steps }, whole));
      return view.rest(request, options);
    },
  };
}

/** Every record in it that says what to do. */
function stepsWithin(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(stepsWithin);
  if (!isRecord(value)) return [];
  const isStep =
    [value['action'], value['service'], value['service_template'], value['scene']].some(
      (one) => typeof one === 'string' && one.includes('.'),
    ) ||
    ('device_id' in value && 'domain' in value);
  return [...(isStep ? [value] : []), ...Object.values(value).flatMap(stepsWithin)];
}
