import { deleteConfigItem, writeConfigItem } from '@hub/ha/config-files.ts';
import { waitForGone } from '@hub/ha/wait-for.ts';
import { readStored } from '../shared/config-get.ts';
import { AUTOMATION, type ConfigKind, SCENE, SCRIPT } from '../shared/config-kinds.ts';
import { findById, notYet } from '../shared/config-resolve.ts';
import { DEADLINE_MS, loadedIds, waitForLoaded } from '../shared/config-wait.ts';
import { type Applied, type Applier, type ItemContext, omit } from './applier.ts';

/** Automations, scripts and scenes: whole texts in a file. */
export const configAppliers: Readonly<Record<ConfigKind['kind'], Applier>> = {
  automation: applierOf(AUTOMATION),
  script: applierOf(SCRIPT),
  scene: applierOf(SCENE),
};

function applierOf(kind: ConfigKind): Applier {
  return {
    read: ({ home }, id) => readStored(home, kind, id),
    write: (context, id, wanted) =>
      wanted === undefined ? remove(context, kind, id) : save(context, kind, id, wanted),
  };
}

async function save({ home, signal }: ItemContext, kind: ConfigKind, id: string, wanted: unknown): Promise<Applied> {
  const item = (await findById(home, kind, id)) ?? notYet(id);
  const already = await loadedIds(home, kind);
  await writeConfigItem(home, kind.kind, id, omit(wanted, kind.kind === 'script' ? [] : ['id']) ?? {});
  if (item.entityId !== undefined && (await home.entities()).get(item.entityId)?.disabled_by) return {};
  const state = await waitForLoaded(home, kind, item, already, signal);
  return state ? {} : { warnings: [`The ${kind.kind} was saved, but is not shown after 10 s.`] };
}

async function remove({ home, signal }: ItemContext, kind: ConfigKind, id: string): Promise<Applied> {
  const item = await findById(home, kind, id);
  await deleteConfigItem(home, kind.kind, id);
  if (item?.entityId === undefined) return {};
  const isGone = await waitForGone(home, item.entityId, { deadlineMs: DEADLINE_MS, signal });
  return isGone ? {} : { warnings: [`The ${kind.kind} was removed, but ${item.entityId} is still shown after 10 s.`] };
}
