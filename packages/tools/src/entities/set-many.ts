import { byHands } from '@hub/core/by-hands.ts';
import { Fault } from '@hub/core/fault.ts';
import { findEntity } from '@hub/ha/registry-reads.ts';
import type { ToolContext } from '../define.ts';
import { applyChanges, applyExposure } from './apply.ts';
import { formatEntry, type Places, readPlaces } from './format-entry.ts';
import { planFiling } from './plan-changes.ts';
import type { SetEntityInput } from './set-input.ts';

/** At a time; each takes up to eight short commands. */
const AT_ONCE = 8;

type Entry = ReturnType<typeof formatEntry>;
type Done = { readonly entity_id: string; readonly entity_entry: Entry; readonly updates: readonly string[] };
type Failed = { readonly entity_id: string; readonly error: string };

/** Labels, categories and exposure of many entities; one that fails never stops the others. */
export async function setMany(ids: readonly string[], call: SetEntityInput, context: ToolContext) {
  const places = await readPlaces(context.home);
  await checkOnce(ids, call, context);
  const rows = await byHands(AT_ONCE, ids, (id) => row(id, call, context, places));
  const succeeded = rows.filter((one) => 'updates' in one);
  const failed = rows.filter((one) => 'error' in one);
  return {
    success: failed.length === 0,
    total: ids.length,
    succeeded_count: succeeded.length,
    failed_count: failed.length,
    succeeded: succeeded.map((one) => ({ ...one })),
    failed: failed.map((one) => ({ ...one })),
    ...(failed.length > 0 ? { partial: succeeded.length > 0 } : {}),
  };
}

/** A wrong label or category fails the whole call, before anything is sent. */
async function checkOnce(ids: readonly string[], call: SetEntityInput, { home }: ToolContext): Promise<void> {
  const entries = await home.entities();
  const known = ids.flatMap((id) => entries.get(id) ?? [])[0];
  if (known) await planFiling(call, known, home);
}

async function row(id: string, call: SetEntityInput, context: ToolContext, places: Places): Promise<Done | Failed> {
  const { home, signal } = context;
  try {
    const entry = (await home.entities()).has(id) ? await findEntity(home, id, { signal }) : undefined;
    if (!entry) return { entity_id: id, error: 'Entity not found' };
    const { changes, updates } = await planFiling(call, entry, home);
    if (updates.length > 0) await applyChanges(context, id, changes);
    const exposure = call.expose_to && Object.keys(call.expose_to).length > 0 ? call.expose_to : undefined;
    if (exposure) await applyExposure(context, id, exposure);
    const after = (await findEntity(home, id, { signal })) ?? entry;
    return {
      entity_id: id,
      entity_entry: formatEntry(after, places),
      updates: [...updates, ...(exposure ? [`expose_to=${JSON.stringify(exposure)}`] : [])],
    };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { entity_id: id, error: error.message };
  }
}
