import { listConfigEntries } from '@hub/ha/config-entries.ts';
import type { FlowStart } from '@hub/ha/flows.ts';
import { type FlowAnswers, runFlow } from '@hub/ha/run-flow.ts';
import { z } from 'zod';
import type { ItemRef, ToolContext } from '../define.ts';
import { asListed } from './as-listed.ts';
import { type FlowSubject, flowFault } from './flow-fault.ts';
import { foreseeFlow } from './foresee-flow.ts';
import { type KeptEntry, keptEntry, keptEntryShape } from './kept-entry.ts';
import { withChanges } from './with-changes.ts';

const createdShape = z.looseObject({ entry_id: z.string() });

export interface NewEntry {
  readonly domain: string;
  readonly item: ItemRef;
  readonly answers: FlowAnswers;
  readonly isAdvanced: boolean;
  /** Its title, where the call says it. */
  readonly title?: string | undefined;
  /** Merged beside an error. */
  readonly about: Readonly<Record<string, unknown>>;
  /** After it was made, as part of the same edit. */
  finish?(entryId: string, title: string): Promise<void>;
}

export interface WrittenEntry {
  readonly entry: KeptEntry;
  readonly warnings: readonly string[];
}

/**
 * Sets up a new entry of an integration by its dialogue, kept as an edit. A lost answer is settled by looking for a newcomer.
 * @throws Fault VALIDATION_INVALID_PARAMETER | CONFIG_MISSING_REQUIRED_FIELDS | RESOURCE_ALREADY_EXISTS | RESOURCE_NOT_FOUND
 */
export async function makeEntry(context: ToolContext, wanted: NewEntry): Promise<WrittenEntry> {
  const { home, edits, signal } = context;
  const { domain, item, answers, isAdvanced, about } = wanted;
  const known = new Set((await listConfigEntries(home, domain, { signal })).map((one) => one.entry_id));
  const start: FlowStart = { door: 'config', handler: domain, isAdvanced };
  const foreseen = foresee(context, item, { start, domain, answers, about }, ['name']);
  const warnings: string[] = [];
  let entryId: string | undefined;
  const { after } = await edits.change({
    item,
    async read() {
      entryId ??= (await listConfigEntries(home, domain, { signal })).find((one) => !known.has(one.entry_id))?.entry_id;
      return entryId === undefined ? undefined : await keptEntry(context, entryId);
    },
    async write() {
      const end = await runFlow(home, start, answers, { signal, soft: ['name'] });
      if (end.type !== 'created') throw await flowFault(context, { start, domain, answers, about }, end);
      warnings.push(...ignored(end.unused));
      entryId = createdShape.safeParse(end.step.result).data?.entry_id;
      if (entryId !== undefined) await wanted.finish?.(entryId, end.step.title ?? '');
    },
    idOf: (entry) => keptEntryShape.safeParse(entry).data?.entry_id,
    async plan() {
      const title = wanted.title === undefined ? {} : { title: wanted.title };
      return { domain, ...title, ...(await foreseen.settings()) };
    },
    validate: () => foreseen.verdict(),
  });
  return { entry: asListed(keptEntryShape, after, domain), warnings };
}

export interface EntryChange {
  readonly entryId: string;
  readonly domain: string;
  readonly item: ItemRef;
  /** Empty ones leave the options alone. */
  readonly answers: FlowAnswers;
  readonly isAdvanced: boolean;
  readonly about: Readonly<Record<string, unknown>>;
  readonly newTitle?: string | undefined;
  /** After the options, as part of the same edit. */
  finish?(): Promise<void>;
}

/** Changes what an entry's options form is answered with and leaves the rest, kept as an edit. @throws Fault VALIDATION_INVALID_PARAMETER */
export async function changeEntry(context: ToolContext, wanted: EntryChange): Promise<WrittenEntry> {
  const { home, edits, signal } = context;
  const { entryId, domain, item, answers, isAdvanced, about } = wanted;
  const start: FlowStart = { door: 'options', handler: entryId, isAdvanced };
  const isAsked = Object.keys(answers).length > 0;
  const foreseen = isAsked ? foresee(context, item, { start, domain, answers, about }) : undefined;
  const renamed = wanted.newTitle === undefined ? {} : { title: wanted.newTitle };
  const warnings: string[] = [];
  const { after } = await edits.change({
    item,
    read: () => keptEntry(context, entryId),
    async write() {
      if (isAsked) {
        const end = await runFlow(home, start, answers, { signal });
        if (end.type !== 'created') throw await flowFault(context, { start, domain, answers, about }, end);
        warnings.push(...ignored(end.unused));
      }
      await wanted.finish?.();
    },
    plan: async (before) => withChanges(before, { ...renamed, ...(await foreseen?.settings()) }),
    ...(foreseen ? { validate: () => foreseen.verdict() } : {}),
  });
  return { entry: asListed(keptEntryShape, after, domain), warnings };
}

/** Helpers' menus lead to forms and do nothing; those of other integrations may act. */
function foresee(context: ToolContext, { kind }: ItemRef, subject: FlowSubject, soft: readonly string[] = []) {
  return foreseeFlow(context, subject, { signal: context.signal, soft, isMenuSafe: kind !== 'config_entry' });
}

function ignored(unused: readonly string[]): string[] {
  return unused.length > 0 ? [`Nothing asked for ${unused.join(', ')}: ignored.`] : [];
}
