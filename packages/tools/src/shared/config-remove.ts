import { deleteConfigItem } from '@hub/ha/config-files.ts';
import { waitForGone } from '@hub/ha/wait-for.ts';
import type { ToolContext } from '../define.ts';
import { itemNotFound, notEditable, withAdvice } from './config-faults.ts';
import { readStored } from './config-get.ts';
import type { ConfigKind } from './config-kinds.ts';
import { resolveItem } from './config-resolve.ts';
import { DEADLINE_MS, isLoaded } from './config-wait.ts';

/**
 * Removes one item after keeping it as an edit, and waits until its entity has left.
 * @throws Fault when there is no such item, or it is not one the editor can write (CONFIG_NOT_FOUND)
 */
export async function removeConfig(context: ToolContext, kind: ConfigKind, identifier: string, wait: boolean) {
  const { home, edits, signal } = context;
  const item = await resolveItem(home, kind, identifier);
  if (!(await readStored(home, kind, item.id))) {
    throw isLoaded(item.state)
      ? notEditable(kind, identifier, item)
      : await itemNotFound(home, kind, identifier, kind.removeUnknownCode);
  }
  await edits.change({
    item: { kind: kind.kind, id: item.id },
    read: () => readStored(home, kind, item.id),
    plan: () => undefined,
    async write() {
      try {
        await deleteConfigItem(home, kind.kind, item.id);
      } catch (error) {
        const facts = { [kind.parameter]: identifier, action: 'delete' };
        throw withAdvice(error, facts, `See with ha_config_get_${kind.kind} whether it is still there.`);
      }
    },
  });
  const isGone =
    !wait ||
    item.entityId === undefined ||
    (await waitForGone(home, item.entityId, { deadlineMs: DEADLINE_MS, signal }));
  const warnings = isGone ? [] : [`The ${kind.kind} was removed, but ${item.entityId} is still shown after 10 s.`];
  return { item, warnings };
}
