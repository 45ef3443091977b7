import { canonicalJson } from '@hub/core/canonical-json.ts';
import { updateDevice, updateEntity } from '@hub/ha/registries.ts';
import { findEntity, findRow } from '@hub/ha/registry-reads.ts';
import { type Applied, type Applier, changesTo, type ItemContext, pick, type Row, rowOf } from './applier.ts';

const ENTITY_FIELDS = ['area_id', 'device_class', 'disabled_by', 'hidden_by', 'icon', 'name'];
const ENTITY_SET = [...ENTITY_FIELDS, 'aliases', 'labels', 'categories', 'options', 'entity_id'];
const DEVICE_FIELDS = ['area_id', 'disabled_by', 'name_by_user'];
/** Only these can be set from outside; other values are the integration's own. */
const SETTABLE_BY = new Set([null, undefined, 'user']);

/** What people set of a registry entry; the rest is its integration's, and changes by itself. */
export const entityApplier: Applier = {
  essence: (item) => sorted(pick(item, ENTITY_SET)),
  async read({ home, signal }, id, kept) {
    const name = rowOf(kept)['entity_id'];
    return (
      (typeof name === 'string' ? await findEntity(home, name, { signal }) : undefined) ??
      (await findEntity(home, id, { signal }))
    );
  },
  obstacle(wanted, now) {
    if (now === undefined && wanted !== undefined) {
      return 'Home Assistant has no way to put an entry into its registry: it comes back when its integration provides the entity again; then this can be repeated.';
    }
    return wanted === undefined
      ? 'the entry was made by an integration, which would bring it back; use ha_remove_entity if it is orphaned.'
      : undefined;
  },
  write: (context, _id, wanted, now) => writeEntity(context, rowOf(wanted), rowOf(now)),
};

async function writeEntity({ home, signal }: ItemContext, wanted: Row, now: Row): Promise<Applied> {
  const warnings: string[] = [];
  const fields = ENTITY_FIELDS.filter((key) => {
    if (!key.endsWith('_by') || SETTABLE_BY.has(wanted[key] as string)) return true;
    if (wanted[key] !== now[key])
      warnings.push(`${key} was '${String(wanted[key])}', which only its integration sets.`);
    return false;
  });
  const lists = changesTo(wanted, now, ['aliases', 'labels'], []);
  const categories = changesTo(wanted['categories'], now['categories'], keysOf(wanted, now, 'categories'), null);
  const oldId = String(now['entity_id']);
  const newId = String(wanted['entity_id'] ?? oldId);
  const changes = {
    ...changesTo(wanted, now, fields, null),
    ...lists,
    ...(Object.keys(categories).length > 0 ? { categories } : {}),
    ...(newId === oldId ? {} : { new_entity_id: newId }),
  };
  if (Object.keys(changes).length > 0) await updateEntity(home, oldId, changes, { signal });
  const options = changesTo(wanted['options'], now['options'], keysOf(wanted, now, 'options'), null);
  for (const [domain, value] of Object.entries(options))
    await updateEntity(home, newId, { options_domain: domain, options: value }, { signal });
  return { id: newId, warnings };
}

function keysOf(a: Row, b: Row, key: string): readonly string[] {
  return [...new Set([...Object.keys(rowOf(a[key])), ...Object.keys(rowOf(b[key]))])];
}

/** Labels and aliases are sets: their order means nothing. */
function sorted(item: Row | undefined): Row | undefined {
  if (!item) return undefined;
  const isSet = (key: string) => key === 'labels' || key === 'aliases';
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key,
      isSet(key) && Array.isArray(value)
        ? [...value].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1))
        : value,
    ]),
  );
}

export const deviceApplier: Applier = {
  essence: (item) => sorted(pick(item, [...DEVICE_FIELDS, 'labels'])),
  read: ({ home, signal }, id) => findRow(home, 'device', (row) => row.id === id, { signal }),
  obstacle: (wanted, now) =>
    wanted === undefined || now === undefined
      ? 'devices come and go with their integration: Home Assistant has no way to put one back or take it out.'
      : undefined,
  async write({ home, signal }, id, wanted, now) {
    const by = rowOf(wanted)['disabled_by'];
    const isSettable = SETTABLE_BY.has(by as string);
    const fields = DEVICE_FIELDS.filter((key) => key !== 'disabled_by' || isSettable);
    const changes = { ...changesTo(wanted, now, fields, null), ...changesTo(wanted, now, ['labels'], []) };
    if (Object.keys(changes).length > 0) await updateDevice(home, id, changes, { signal });
    return isSettable ? {} : { warnings: [`disabled_by was '${String(by)}', which only its integration sets.`] };
  },
};
