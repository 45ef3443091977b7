import {
  createHelper,
  deleteHelper,
  HELPER_KINDS,
  type HelperKind,
  readHelper,
  updateHelper,
} from '@hub/ha/helpers.ts';
import { waitForGone } from '@hub/ha/wait-for.ts';
import { helperEntityId, helperItem } from '../shared/stored-helper.ts';
import { type Applied, type Applier, type ItemContext, omit, type Row, rowOf } from './applier.ts';
import { otherId } from './registry-appliers.ts';

const WAIT_MS = 10_000;

/** Helpers of storage, zones, people and tags, under the kind their edits have. */
export const helperAppliers: Readonly<Record<string, Applier>> = Object.fromEntries(
  HELPER_KINDS.map((kind) => [helperItem(kind, '').kind, applierOf(kind)]),
);

/** `last_scanned` of a tag is the home's own. */
const NOT_SET = ['last_scanned'];

function applierOf(kind: HelperKind): Applier {
  return {
    essence: (item) => omit(item, ['id', ...NOT_SET]),
    read: ({ home, signal }, id) => readHelper(home, kind, id, { signal }),
    write(context, id, wanted, now) {
      if (wanted === undefined) return remove(context, kind, id);
      const fields = omit(wanted, ['id', ...NOT_SET]) ?? {};
      return now === undefined ? make(context, kind, id, fields) : change(context, kind, id, fields, rowOf(now));
    },
  };
}

async function remove({ home, signal }: ItemContext, kind: HelperKind, id: string): Promise<Applied> {
  const entityId = await helperEntityId(home, kind, id);
  await deleteHelper(home, kind, id, { signal });
  const isGone = entityId === undefined || (await waitForGone(home, entityId, { deadlineMs: WAIT_MS, signal }));
  return isGone ? {} : { warnings: [`${entityId} is still shown after 10 s.`] };
}

/** A field that was not there is taken away; where the home merges, it stays and the comparison after the write tells it. */
async function change(context: ItemContext, kind: HelperKind, id: string, fields: Row, now: Row): Promise<Applied> {
  const added = Object.keys(now).filter((key) => key !== 'id' && !NOT_SET.includes(key) && !(key in fields));
  const absent = Object.fromEntries(added.map((key) => [key, undefined]));
  await updateHelper(context.home, kind, id, { ...absent, ...fields }, { signal: context.signal });
  return {};
}

/** Home Assistant makes the id from the first name, so it is made under its old id as name, then renamed. */
async function make({ home, signal }: ItemContext, kind: HelperKind, id: string, fields: Row): Promise<Applied> {
  if (kind === 'tag') {
    await createHelper(home, kind, { ...fields, tag_id: id }, { signal });
    return {};
  }
  const made = await createHelper(home, kind, { ...fields, name: id }, { signal });
  if (fields['name'] !== made['name']) await updateHelper(home, kind, made.id, fields, { signal });
  return { id: made.id, warnings: otherId(id, made.id) };
}
