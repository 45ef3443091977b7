import { Fault } from '@hub/core/fault.ts';
import { listConfigEntries, renameConfigEntry } from '@hub/ha/config-entries.ts';
import { reloadEntry } from '@hub/ha/core-control.ts';
import type { FlowAnswers } from '@hub/ha/run-flow.ts';
import type { ToolContext } from '../define.ts';
import { asListed } from '../shared/as-listed.ts';
import { entryEntities } from '../shared/entry-entities.ts';
import { type KeptEntry, keptEntry, keptEntryShape } from '../shared/kept-entry.ts';
import { changeEntry, makeEntry } from '../shared/make-entry.ts';
import { refuseSentinels } from '../shared/refuse-sentinels.ts';
import { requireAdmin } from '../shared/require-admin.ts';
import { ENTITY_WAIT_MS, helperItem } from '../shared/stored-helper.ts';
import { withGroupKind } from './entry-answers.ts';
import { checkEntities, meterWarnings } from './entry-sources.ts';
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

/**
 * Creates or changes one helper that is an entry of its own, by its dialogue, and files its entities. After the write nothing fails any
 * more: what did not show is a warning. @throws Fault VALIDATION_INVALID_PARAMETER | CONFIG_MISSING_REQUIRED_FIELDS | ENTITY_NOT_FOUND
 */
export async function saveEntry(context: ToolContext, wish: EntryWish) {
  const { kind, helperId, answers, filing, wait } = wish;
  await requireAdmin(context, `A ${kind} helper`);
  refuseSentinels(answers, 'config');
  await checkEntities(context, answers);
  const changes = await filingChanges(context, filing);
  const isFiling = Object.keys(changes).length > 0;
  const saved = helperId === undefined ? await create(context, wish) : await update(context, wish, helperId, isFiling);
  const { entry, warnings: noted, entityName } = saved;
  const settled = await settle(context, entry, { changes, entityName, isWaiting: wait || isFiling });
  const warnings = [...noted, ...settled.warnings, ...(await meterWarnings(context, kind, answers))];
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

async function create(context: ToolContext, { kind, answers: given, isAdvanced }: EntryWish) {
  const answers = withGroupKind(kind, given);
  const name = typeof answers['name'] === 'string' ? answers['name'].trim() : undefined;
  const present = await listConfigEntries(context.home, kind, { signal: context.signal });
  const same = present.find(({ title }) => name !== undefined && title.toLowerCase() === name.toLowerCase());
  if (same) throw duplicate(kind, same.entry_id, same.title);
  let entityName: string | undefined;
  const made = await makeEntry(context, {
    ...{ domain: kind, item: helperItem(kind, name ?? kind), isAdvanced, about: { helper_type: kind } },
    ...{ answers: name === undefined ? answers : { ...answers, name }, title: name },
    async finish(entryId, title) {
      // A switch_as_x asks for no name: it takes that of the switch.
      if (name === undefined || title === name) return;
      entityName = name;
      await rename(context, entryId, name);
    },
  });
  return { ...made, entityName };
}

async function update(context: ToolContext, wish: EntryWish, helperId: string, isFiling: boolean) {
  const { kind, answers, isAdvanced } = wish;
  const found = await findEntry(context, kind, helperId, 'helper_id');
  const { entry_id: entryId, title } = found;
  const { name, ...others } = answers;
  const newTitle = typeof name === 'string' && name.trim() !== '' && name.trim() !== title ? name.trim() : undefined;
  const isChanging = Object.keys(others).length > 0;
  if (!isChanging && newTitle === undefined) {
    if (!isFiling) throw nothingToUpdate(kind, entryId);
    return {
      entry: asListed(keptEntryShape, await keptEntry(context, entryId), kind),
      warnings: [],
      entityName: undefined,
    };
  }
  if (isChanging && found.supports_options !== true) throw withoutOptions(kind, entryId);
  const changed = await changeEntry(context, {
    ...{ entryId, domain: kind, item: helperItem(kind, entryId), answers: others, isAdvanced },
    ...{ about: { helper_type: kind, entry_id: entryId }, newTitle },
    finish: async () => (newTitle === undefined ? undefined : rename(context, entryId, newTitle)),
  });
  return { ...changed, entityName: undefined };
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

function duplicate(kind: EntryKind, entryId: string, title: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`name\`: ${kind} '${title}' exists already.`, {
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
