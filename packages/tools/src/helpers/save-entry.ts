import { Fault } from '@hub/core/fault.ts';
import { listConfigEntries, renameConfigEntry } from '@hub/ha/config-entries.ts';
import { reloadEntry } from '@hub/ha/core-control.ts';
import type { FlowStart } from '@hub/ha/flows.ts';
import { type FlowAnswers, runFlow } from '@hub/ha/run-flow.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { entryEntities } from '../shared/entry-entities.ts';
import { flowFault } from '../shared/flow-fault.ts';
import { type KeptEntry, keptEntry, keptEntryShape } from '../shared/kept-entry.ts';
import { refuseSentinels } from '../shared/refuse-sentinels.ts';
import { requireAdmin } from '../shared/require-admin.ts';
import { ENTITY_WAIT_MS, helperItem } from '../shared/stored-helper.ts';
import { withGroupKind } from './entry-answers.ts';
import { type Filing, file, filingChanges } from './filing.ts';
import { findEntry } from './find-entry.ts';
import type { EntryKind } from './kinds.ts';

export interface EntryWish {
  readonly kind: EntryKind;
  /** Entry id or entity id of the one to change. */
  readonly helperId: string | undefined;
  readonly answers: FlowAnswers;
  readonly isAdvanced: boolean;
  readonly filing: Filing;
  readonly wait: boolean;
}

const createdShape = z.looseObject({ entry_id: z.string() });

/**
 * Creates or changes one helper that is an entry of its own, by its dialogue, and files its entities. After the write nothing fails any
 * more: what did not show is a warning. @throws Fault VALIDATION_INVALID_PARAMETER | CONFIG_MISSING_REQUIRED_FIELDS | ENTITY_NOT_FOUND
 */
export async function saveEntry(context: ToolContext, wish: EntryWish) {
  const { kind, helperId, answers, filing, wait } = wish;
  await requireAdmin(context, `A ${kind} helper`);
  refuseSentinels(answers, 'config');
  const changes = await filingChanges(context, filing);
  const isFiling = Object.keys(changes).length > 0;
  const saved = helperId === undefined ? await create(context, wish) : await update(context, wish, helperId, isFiling);
  const { entry, warnings: noted, entityName } = saved;
  const settled = await settle(context, entry, { changes, entityName, isWaiting: wait || isFiling });
  const warnings = [...noted, ...settled.warnings];
  const { entry_id: entryId, title } = entry;
  const action = helperId === undefined ? ('create' as const) : ('update' as const);
  const shown = settled.ids.length > 0 ? settled.ids.join(', ') : entryId;
  return {
    ...{ success: true as const, action, helper_type: kind, method: 'config_flow' as const },
    ...{ entry_id: entryId, title, data: entry },
    ...{ entity_id: settled.ids[0] ?? null, entity_ids: settled.ids },
    ...(helperId === undefined ? {} : { updated: true as const }),
    message: `${helperId === undefined ? 'Created' : 'Updated'} ${kind} ${title} (${shown}).`,
    ...(settled.applied.length > 0 ? { applied: settled.applied, ...changes } : {}),
    ...(settled.isWhole ? {} : { partial: true as const }),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

async function create(context: ToolContext, wish: EntryWish) {
  const { home, edits, signal } = context;
  const { kind } = wish;
  const answers = withGroupKind(kind, wish.answers);
  const name = typeof answers['name'] === 'string' ? answers['name'] : undefined;
  const present = await listConfigEntries(home, kind, { signal });
  const same = present.find(({ title }) => name !== undefined && title.toLowerCase() === name.trim().toLowerCase());
  if (same) throw duplicate(kind, same.entry_id, same.title);
  const known = new Set(present.map((one) => one.entry_id));
  const start: FlowStart = { door: 'config', handler: kind, isAdvanced: wish.isAdvanced };
  const warnings: string[] = [];
  let entryId: string | undefined;
  let entityName: string | undefined;
  const { after } = await edits.change({
    item: helperItem(kind, name ?? kind),
    async read() {
      entryId ??= (await listConfigEntries(home, kind, { signal })).find((one) => !known.has(one.entry_id))?.entry_id;
      return entryId === undefined ? undefined : await keptEntry(context, entryId);
    },
    async write() {
      const end = await runFlow(home, start, answers, { signal, soft: ['name'] });
      if (end.type !== 'created')
        throw await flowFault(context, { start, domain: kind, answers, about: { helper_type: kind } }, end);
      if (end.unused.length > 0) warnings.push(`Nothing asked for ${end.unused.join(', ')}: ignored.`);
      const made = createdShape.safeParse(end.step.result);
      entryId = made.data?.entry_id;
      // A switch_as_x asks for no name: it takes that of the switch.
      if (entryId === undefined || name === undefined || end.step.title === name) return;
      entityName = name;
      await rename(context, entryId, name);
    },
    idOf: (entry) => keptEntryShape.safeParse(entry).data?.entry_id,
  });
  return { entry: entryOf(after, kind), warnings, entityName };
}

async function update(context: ToolContext, wish: EntryWish, helperId: string, isFiling: boolean) {
  const { edits, home, signal } = context;
  const { kind, answers, isAdvanced } = wish;
  const {
    entry_id: entryId,
    title,
    supports_options: hasOptions,
  } = await findEntry(context, kind, helperId, 'helper_id');
  const { name, ...others } = answers;
  const newTitle = typeof name === 'string' && name.trim() !== '' && name.trim() !== title ? name.trim() : undefined;
  const isChanging = Object.keys(others).length > 0;
  if (!isChanging && newTitle === undefined) {
    if (isFiling)
      return { entry: entryOf(await keptEntry(context, entryId), kind), warnings: [], entityName: undefined };
    throw nothingToUpdate(kind, entryId);
  }
  if (isChanging && hasOptions !== true) throw withoutOptions(kind, entryId);
  const start: FlowStart = { door: 'options', handler: entryId, isAdvanced };
  const warnings: string[] = [];
  const { after } = await edits.change({
    item: helperItem(kind, entryId),
    read: () => keptEntry(context, entryId),
    async write() {
      if (isChanging) {
        const end = await runFlow(home, start, others, { signal });
        const about = { helper_type: kind, entry_id: entryId };
        if (end.type !== 'created')
          throw await flowFault(context, { start, domain: kind, answers: others, about }, end);
        if (end.unused.length > 0) warnings.push(`Nothing asked for ${end.unused.join(', ')}: ignored.`);
      }
      if (newTitle !== undefined) await rename(context, entryId, newTitle);
    },
  });
  return { entry: entryOf(after, kind), warnings, entityName: undefined };
}

/** Its entities take a new name when it is set up again. */
async function rename({ home, signal }: ToolContext, entryId: string, title: string): Promise<void> {
  await renameConfigEntry(home, entryId, title, { signal });
  await reloadEntry(home, entryId, { signal });
}

interface Settling {
  readonly changes: Readonly<Record<string, unknown>>;
  /** Its entity's, where the dialogue asked for no name. */
  readonly entityName: string | undefined;
  readonly isWaiting: boolean;
}

async function settle(
  context: ToolContext,
  { entry_id: entryId }: KeptEntry,
  { changes, entityName, isWaiting }: Settling,
) {
  const applied: Record<string, unknown>[] = [];
  try {
    const { ids, isShown } = await entryEntities(context, entryId, isWaiting ? ENTITY_WAIT_MS : 0);
    for (const id of ids) {
      const own = { ...changes, ...(entityName !== undefined && ids.length === 1 ? { name: entityName } : {}) };
      if (Object.keys(own).length === 0) continue;
      await file(context, id, own);
      applied.push({ entity_id: id, ...own });
    }
    const warnings =
      isWaiting && !isShown
        ? [`It was saved, but its entities are not all shown after ${ENTITY_WAIT_MS / 1_000} s.`]
        : [];
    return { ids, applied, warnings, isWhole: warnings.length === 0 };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ids: [], applied, warnings: [`It was saved, but: ${error.message}`], isWhole: false };
  }
}

function entryOf(after: unknown, kind: EntryKind): KeptEntry {
  const entry = keptEntryShape.safeParse(after);
  if (entry.success) return entry.data;
  throw new Fault('SERVICE_CALL_FAILED', `Home Assistant took the ${kind}, but does not list it.`, {
    suggestion: 'List them; somebody may have removed it at the same time.',
    outcomeUnknown: true,
  });
}

function duplicate(kind: EntryKind, entryId: string, title: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`name\`: there is a ${kind} '${title}' already.`, {
    suggestion: [`To change it, pass helper_id '${entryId}'.`, 'For another one, choose another name.'],
    context: { parameter: 'name', helper_type: kind, existing_helper_id: entryId },
  });
}

function nothingToUpdate(kind: EntryKind, entryId: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', 'There is nothing to update.', {
    suggestion: 'Give at least one setting in config, or a new name, area_id, labels, icon or category.',
    context: { helper_type: kind, entry_id: entryId },
  });
}

function withoutOptions(kind: EntryKind, entryId: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `A ${kind} cannot be changed after it was made.`, {
    suggestion: 'Make another one with the new settings, and remove this one.',
    context: { helper_type: kind, entry_id: entryId },
  });
}
