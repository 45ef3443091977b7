import { Fault } from '@hub/core/fault.ts';
import { type ConfigEntry, type ConfigSubentry, listSubentries, readConfigEntry } from '@hub/ha/config-entries.ts';
import type { FlowStart } from '@hub/ha/flows.ts';
import { type FlowAnswers, type FlowEnd, isDone, runFlow } from '@hub/ha/run-flow.ts';
import type { ToolContext } from '../define.ts';
import { type FlowSubject, flowFault } from '../shared/flow-fault.ts';
import { foreseeFlow } from '../shared/foresee-flow.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { refuseSentinels } from '../shared/refuse-sentinels.ts';
import { requireAdmin } from '../shared/require-admin.ts';
import { withChanges } from '../shared/with-changes.ts';
import { keptSubentry } from './kept-subentry.ts';

export interface SubentryWish {
  readonly entryId: string | undefined;
  readonly subentryType: string | undefined;
  /** Undefined makes a new one. */
  readonly subentryId: string | undefined;
  readonly answers: FlowAnswers;
  readonly isAdvanced: boolean;
}

/** Adds or changes one part of an integration's entry, by its dialogue. @throws Fault */
export async function saveSubentry(context: ToolContext, wish: SubentryWish) {
  const { home, edits, signal } = context;
  const { answers, subentryId, isAdvanced } = wish;
  await requireAdmin(context, 'A part of an integration');
  refuseSentinels(answers, 'config');
  const entry = await entryOf(context, wish.entryId);
  const { entry_id: entryId, domain } = entry;
  const present = await listSubentries(home, entryId, { signal });
  const before = subentryId === undefined ? undefined : present.find((one) => one.subentry_id === subentryId);
  if (subentryId !== undefined && !before) throw noSubentry(entryId, subentryId, present);
  const type = typeOf(entry, wish.subentryType ?? before?.subentry_type, before);
  const known = new Set(present.map((one) => one.subentry_id));
  const start: FlowStart = { door: 'subentry', handler: [entryId, type], subentryId, isAdvanced };
  const about = {
    entry_id: entryId,
    subentry_type: type,
    ...(subentryId === undefined ? {} : { subentry_id: subentryId }),
  };
  const subject: FlowSubject = { start, domain, answers, about };
  const foreseen = foreseeFlow(context, subject, { signal, soft: ['name'], isMenuSafe: false });
  let id = subentryId;
  let end: FlowEnd | undefined;
  const { after } = await edits.change({
    item: { kind: 'config_subentry', id: `${entryId}/${subentryId ?? type}` },
    async read() {
      id ??= (await listSubentries(home, entryId, { signal })).find((one) => !known.has(one.subentry_id))?.subentry_id;
      return id === undefined ? undefined : keptSubentry(context, entryId, id);
    },
    async write() {
      end = await runFlow(home, start, answers, { signal, soft: ['name'] });
      if (!isDone(end)) throw await flowFault(context, subject, end);
    },
    idOf: () => (id === undefined ? undefined : `${entryId}/${id}`),
    async plan(found) {
      return withChanges(found ?? { entry_id: entryId, subentry_type: type }, await foreseen.settings());
    },
    validate: () => foreseen.verdict(),
  });
  const operation = subentryId === undefined ? ('create' as const) : ('update' as const);
  const title = after !== null && typeof after === 'object' && 'title' in after ? String(after.title) : type;
  const unused = end?.type === 'created' ? end.unused : [];
  return {
    ...{ success: true as const, action: operation, helper_type: 'config_subentry' as const },
    ...{ entry_id: entryId, subentry_type: type, subentry_id: id ?? null, operation },
    flow_result: { type: end?.type === 'aborted' ? 'abort' : 'create_entry', title },
    ...{ data: { ...(after ?? {}) }, entity_id: null },
    message: `${subentryId === undefined ? 'Added' : 'Changed'} ${type} ${title} of ${domain}.`,
    ...(unused.length > 0 ? { warnings: [`Nothing asked for ${unused.join(', ')}: ignored.`] } : {}),
  };
}

async function entryOf({ home, signal }: ToolContext, entryId: string | undefined): Promise<ConfigEntry> {
  if (entryId === undefined)
    throw invalidParameter('entry_id', 'needed for config_subentry.', 'ha_get_integration shows the entries.');
  const entry = await readConfigEntry(home, entryId, { signal });
  if (entry) return entry;
  throw new Fault('RESOURCE_NOT_FOUND', `There is no integration entry ${entryId}.`, {
    suggestion: 'ha_get_integration shows the entries with their entry_id.',
    context: { entry_id: entryId },
  });
}

function typeOf(entry: ConfigEntry, given: string | undefined, before: ConfigSubentry | undefined): string {
  const types = Object.keys(entry.supported_subentry_types ?? {});
  if (before && given !== before.subentry_type)
    throw invalidParameter('subentry_type', `${before.subentry_id} is a ${before.subentry_type}.`, 'Leave it out.');
  if (given !== undefined && types.includes(given)) return given;
  const what = given === undefined ? 'needed for a new one.' : `${entry.domain} has no '${given}'.`;
  const listed =
    types.length > 0 ? `There is: ${types.join(', ')}.` : `${entry.domain} has no parts that could be added.`;
  throw invalidParameter('subentry_type', what, listed, {
    entry_id: entry.entry_id,
    supported_subentry_types: types,
  });
}

function noSubentry(entryId: string, subentryId: string, present: readonly ConfigSubentry[]): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `The entry ${entryId} has no part ${subentryId}.`, {
    suggestion: 'ha_get_integration with include_subentries shows the parts.',
    context: {
      ...{ entry_id: entryId, subentry_id: subentryId },
      available_subentry_ids: present.slice(0, 20).map((one) => one.subentry_id),
    },
  });
}
