import { deleteBlueprint } from '@hub/ha/blueprints.ts';
import { callService } from '@hub/ha/services.ts';
import { readThemes } from '@hub/ha/themes.ts';
import { waitForGone, waitForState } from '@hub/ha/wait-for.ts';
import { readKeptBlueprint } from '../blueprints/read-kept.ts';
import { groupOf, readKeptGroup, WAIT_MS } from '../groups/find-group.ts';
import { type Applier, omit, rowOf } from './applier.ts';

export const groupApplier: Applier = {
  // Home Assistant tells it only at times.
  essence: (item) => omit(item, ['all']),
  read: (context, id) => readKeptGroup(context, id),
  async write({ home, signal }, objectId, wanted) {
    const entityId = `group.${objectId}`;
    if (wanted === undefined) {
      await callService(home, 'group', 'remove', { data: { object_id: objectId }, signal });
      await waitForGone(home, entityId, { deadlineMs: WAIT_MS, signal });
      return {};
    }
    const { name, icon, entities, all } = rowOf(wanted);
    const data = { object_id: objectId, entities, icon: icon ?? '', ...(name ? { name } : {}) };
    await callService(home, 'group', 'set', { data: all === undefined ? data : { ...data, all }, signal });
    const isThere = (state: Parameters<typeof groupOf>[0]) =>
      JSON.stringify(groupOf(state)?.entityIds) === JSON.stringify(entities);
    await waitForState(home, entityId, isThere, { deadlineMs: WAIT_MS, signal });
    return all === undefined
      ? { warnings: ['Whether all members had to be on could not be seen; it is as it is now.'] }
      : {};
  },
};

/** The id is the mode: light or dark. */
export const themeApplier: Applier = {
  async read({ home, signal }) {
    const { default_theme: light, default_dark_theme: dark } = await readThemes(home, { signal });
    return { light, dark: dark ?? null };
  },
  async write({ home, signal }, mode, wanted) {
    const name = rowOf(wanted)[mode] ?? 'none';
    await callService(home, 'frontend', 'set_theme', { data: { name, mode }, signal });
    return {};
  },
};

/** The id is `<domain>/<path>`. */
export const blueprintApplier: Applier = {
  obstacle: (wanted) =>
    wanted === undefined
      ? undefined
      : 'Home Assistant gives a blueprint in parts and never its file, so the one that was replaced is not kept; import it again.',
  read({ home, signal }, id) {
    const at = id.indexOf('/');
    return readKeptBlueprint(home, id.slice(0, at), id.slice(at + 1), signal);
  },
  async write({ home, signal }, id) {
    const at = id.indexOf('/');
    await deleteBlueprint(home, id.slice(0, at), id.slice(at + 1), { signal });
    return {};
  },
};
