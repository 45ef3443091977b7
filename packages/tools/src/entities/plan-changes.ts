import type { EntityEntry } from '@hub/ha/records.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import { knownAreaId, knownLabelIds } from '../shared/registry-ids.ts';
import { invalid } from './check-input.ts';
import type { SetEntityInput } from './set-input.ts';

const MAX_LISTED = 20;
const categoriesSchema = z.array(z.object({ category_id: z.string(), name: z.string() }));

/** What to send of an update, in Home Assistant's spelling, and each change in words. */
export interface PlannedChanges {
  readonly changes: Readonly<Record<string, unknown>>;
  readonly updates: readonly string[];
}

type Part = readonly [change: Record<string, unknown>, update: string] | false;

/** @throws Fault VALIDATION_INVALID_PARAMETER for an area, label or category that there is not */
export async function planChanges(call: SetEntityInput, entry: EntityEntry, home: View): Promise<PlannedChanges> {
  const { new_entity_id: newId } = call;
  return join([
    await areaPart(call, home),
    ...textParts(call),
    ...visibilityParts(call),
    aliasPart(call, entry),
    await categoryPart(call, home),
    await labelPart(call, entry, home),
    newId !== undefined && newId !== entry.entity_id && [{ new_entity_id: newId }, `entity_id -> ${newId}`],
  ]);
}

/** What of it a list of entities takes. */
export async function planFiling(call: SetEntityInput, entry: EntityEntry, home: View): Promise<PlannedChanges> {
  return join([await categoryPart(call, home), await labelPart(call, entry, home)]);
}

function join(parts: readonly Part[]): PlannedChanges {
  const made = parts.filter((part) => part !== false);
  return { changes: Object.assign({}, ...made.map(([change]) => change)), updates: made.map(([, update]) => update) };
}

async function areaPart({ area_id: given }: SetEntityInput, home: View): Promise<Part> {
  if (given === undefined) return false;
  if (given === '') return [{ area_id: null }, 'area cleared'];
  const id = await knownAreaId(home, given);
  return [{ area_id: id }, `area_id='${id}'`];
}

function textParts(call: SetEntityInput): Part[] {
  const given = call.use_device_name === true ? { ...call, name: '' } : call;
  return (['name', 'icon', 'device_class'] as const).map((key) => {
    const text = given[key]?.trim();
    if (text === undefined) return false;
    return [{ [key]: text || null }, text ? `${key}='${text}'` : `${key} cleared`];
  });
}

function visibilityParts({ enabled, hidden }: SetEntityInput): Part[] {
  return [
    enabled !== undefined && [{ disabled_by: enabled ? null : 'user' }, enabled ? 'enabled' : 'disabled'],
    hidden !== undefined && [{ hidden_by: hidden ? 'user' : null }, hidden ? 'hidden' : 'visible'],
  ];
}

/**
 * A null among the aliases is the entity's own name, by which voice assistants know it: it stays unless told.
 * Homes before 2026 have none there. Source: HA `helpers/entity_registry.py` `COMPUTED_NAME`.
 */
function aliasPart({ aliases, use_entity_name_alias: usesName }: SetEntityInput, entry: EntityEntry): Part {
  if (aliases === undefined && usesName === undefined) return false;
  const current = entry.aliases ?? [];
  const hasName = usesName ?? current.includes(null);
  const written = aliases ?? current.filter((alias) => alias !== null);
  const update =
    aliases === undefined ? `own name ${hasName ? 'is' : 'is no'} alias` : `aliases=${JSON.stringify(aliases)}`;
  return [{ aliases: [...(hasName ? [null] : []), ...written] }, update];
}

async function categoryPart({ categories }: SetEntityInput, home: View): Promise<Part> {
  if (categories === undefined) return false;
  const given = Object.entries(categories);
  if (given.length === 0) throw invalid('`categories` is empty.', 'Name a scope, e.g. {"automation": "…"}.', {});
  const known = await Promise.all(
    given.map(async ([scope, one]) => [scope, one ? await categoryId(home, scope, one) : null] as const),
  );
  const changes = Object.fromEntries(known);
  return [{ categories: changes }, `categories=${JSON.stringify(changes)}`];
}

/** Home Assistant would store any text. */
async function categoryId(home: View, scope: string, given: string): Promise<string> {
  const known = categoriesSchema.parse(await home.send({ type: 'config/category_registry/list', scope }));
  const wanted = given.trim().toLowerCase();
  const found = known.find(({ category_id: id, name }) => id === given || name.toLowerCase() === wanted);
  if (found) return found.category_id;
  throw invalid(`\`categories.${scope}\`: there is no category '${given}'.`, 'Use one of those there are.', {
    parameter: `categories.${scope}`,
    value: given,
    available_categories: known.slice(0, MAX_LISTED),
  });
}

async function labelPart(
  { labels, label_operation: operation }: SetEntityInput,
  entry: EntityEntry,
  home: View,
): Promise<Part> {
  if (labels === undefined) return false;
  if (operation === 'remove') {
    const left = await withoutLabels(entry.labels, labels, home);
    return [{ labels: left }, `labels removed: ${JSON.stringify(labels)} -> ${JSON.stringify(left)}`];
  }
  const ids = await knownLabelIds(home, labels);
  if (operation === 'set') return [{ labels: ids }, `labels=${JSON.stringify(ids)}`];
  const all = [...new Set([...entry.labels, ...ids])];
  return [{ labels: all }, `labels added: ${JSON.stringify(ids)} -> ${JSON.stringify(all)}`];
}

async function withoutLabels(current: readonly string[], gone: readonly string[], home: View): Promise<string[]> {
  const known = await home.labels();
  const wanted = new Set(gone.map((one) => one.trim().toLowerCase()));
  return current.filter((id) => !wanted.has(id) && !wanted.has(known.get(id)?.name.toLowerCase() ?? id));
}
