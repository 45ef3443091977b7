import type { Effect } from '@hub/core/effect.ts';
import { writtenEffect } from '@hub/ha/effects.ts';
import { isRecord } from '@hub/ha/selector.ts';
import type { View } from '@hub/ha/view.ts';
import type { EditsPort } from '@hub/tools/define.ts';

/**
 * Judges what an automation or script would do before it is written, by whatever tool and however it was put together: else a
 * connector that may configure would open the door a minute later by an automation of its own.
 * @param allow throws the Fault of an effect that this call may not have
 */
export function judgingWrites(edits: EditsPort, whole: View, allow: (effect: Effect) => Promise<void>): EditsPort {
  return {
    ...edits,
    change: (change) => {
      const { plan, item, write } = change;
      const { kind } = item;
      if (!plan || (kind !== 'automation' && kind !== 'script')) return edits.change(change);
      return edits.change({
        ...change,
        async write(before) {
          const planned = plan(before);
          if (isRecord(planned)) await allow(await writtenEffect(kind, planned, whole));
          await write(before);
        },
      });
    },
  };
}
