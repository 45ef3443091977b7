import { Fault } from '@hub/core/fault.ts';
import { type ConfigEntry, listSubentries } from '@hub/ha/config-entries.ts';
import { shownValues } from '@hub/ha/flow-fields.ts';
import { readFlowTexts, shownStep } from '@hub/ha/flow-texts.ts';
import type { FlowStart } from '@hub/ha/flows.ts';
import { peekFlow } from '@hub/ha/run-flow.ts';
import type { ToolContext } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { requireAdmin } from '../shared/require-admin.ts';
import { type DiagnosticsWish, diagnostics } from '../system/diagnostics.ts';
import { findIntegration } from './find-entry.ts';
import { shownEntry } from './list-entries.ts';
import { logLevels } from './log-levels.ts';

export interface EntryWish {
  readonly entryId: string;
  readonly withOptions: boolean;
  readonly withSchema: boolean;
  readonly withSubentries: boolean;
  readonly withSubentrySchema: boolean;
  readonly subentryType: string | undefined;
  readonly subentryId: string | undefined;
  readonly isAdvanced: boolean;
  readonly diagnostics: DiagnosticsWish | undefined;
  readonly withKnxProject: boolean;
}

type Part = Readonly<Record<string, unknown>>;

/** One entry with the wanted parts; one that cannot be had is a warning. @throws Fault RESOURCE_NOT_FOUND */
export async function oneEntry(context: ToolContext, wish: EntryWish) {
  const [entry, levelOf] = await Promise.all([findIntegration(context, wish.entryId), logLevels(context)]);
  const warnings: string[] = [];
  const part = async (isWanted: boolean, what: string, read: () => Promise<Part>): Promise<Part> => {
    if (!isWanted) return {};
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof Fault) || error.code === 'CANCELLED') throw error;
      if (error.code === 'VALIDATION_INVALID_PARAMETER') throw error;
      warnings.push(`${what}: ${error.message}`);
      return {};
    }
  };
  const parts = {
    ...(await part(wish.withOptions || wish.withSchema, 'options', () => optionsOf(context, entry, wish))),
    ...(await part(wish.withSubentries, 'subentries', () => subentriesOf(context, entry, wish.subentryType))),
    ...(await part(wish.withSubentrySchema, 'subentry_schema', () => subentrySchema(context, entry, wish))),
    ...(wish.diagnostics ? await diagnosticsOf(context, wish.diagnostics) : {}),
    ...(await part(wish.withKnxProject, 'knx_project', () => knxProject(context))),
  };
  const level = levelOf(entry.domain);
  return {
    ...{
      success: true as const,
      entry_id: entry.entry_id,
      entry: { ...shownEntry(entry), ...level },
      ...level,
      ...parts,
    },
    ...(warnings.length > 0 ? { partial: true as const, warnings } : {}),
  };
}

async function optionsOf(context: ToolContext, entry: ConfigEntry, wish: EntryWish): Promise<Part> {
  const { entry_id: entryId, domain } = entry;
  if (entry.supports_options !== true) return { options: null, ...(wish.withSchema ? { options_schema: null } : {}) };
  await requireAdmin(context, 'The options of an integration');
  const start: FlowStart = { door: 'options', handler: entryId, isAdvanced: wish.isAdvanced };
  const step = await peekFlow(context.home, start);
  const options = step.type === 'form' ? shownValues(step.data_schema ?? []) : null;
  if (!wish.withSchema) return { options };
  const texts = await readFlowTexts(context.home, domain, start, { signal: context.signal });
  return { ...(wish.withOptions ? { options } : {}), options_schema: shownStep(step, texts) };
}

async function subentriesOf(
  context: ToolContext,
  { entry_id: id }: ConfigEntry,
  type: string | undefined,
): Promise<Part> {
  await requireAdmin(context, 'The parts of an integration');
  const all = await listSubentries(context.home, id, { signal: context.signal });
  const subentries = all.filter((one) => type === undefined || one.subentry_type === type);
  return { subentries, subentry_count: subentries.length };
}

async function subentrySchema(context: ToolContext, entry: ConfigEntry, wish: EntryWish): Promise<Part> {
  const { entry_id: entryId, domain } = entry;
  await requireAdmin(context, 'The form of a part');
  const types = Object.keys(entry.supported_subentry_types ?? {});
  const { subentryId, isAdvanced } = wish;
  const present =
    subentryId === undefined ? [] : await listSubentries(context.home, entryId, { signal: context.signal });
  const named = present.find((one) => one.subentry_id === subentryId);
  if (subentryId !== undefined && !named)
    throw invalidParameter('subentry_id', `the entry has no part ${subentryId}.`, 'include_subentries shows them.');
  const type = named?.subentry_type ?? wish.subentryType ?? (types.length === 1 ? types[0] : undefined);
  if (type === undefined || !types.includes(type)) {
    const listed = types.length > 0 ? `Use one of ${types.join(', ')}.` : `${domain} has no parts that could be added.`;
    throw invalidParameter('subentry_type', 'needed for include_subentry_schema.', listed, {
      supported_subentry_types: types,
    });
  }
  const start: FlowStart = { door: 'subentry', handler: [entryId, type], subentryId, isAdvanced };
  const [step, texts] = await Promise.all([
    peekFlow(context.home, start),
    readFlowTexts(context.home, domain, start, { signal: context.signal }),
  ]);
  return { subentry_schema: { subentry_type: type, ...shownStep(step, texts) } };
}

async function diagnosticsOf(context: ToolContext, wish: DiagnosticsWish): Promise<Part> {
  try {
    return { diagnostics: await diagnostics(context, wish) };
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'CANCELLED') throw error;
    if (error.code === 'VALIDATION_INVALID_PARAMETER') throw error;
    return { diagnostics: { config_entry_id: wish.entryId, error: error.message } };
  }
}

async function knxProject({ home, signal }: ToolContext): Promise<Part> {
  return { knx_project: await home.send({ type: 'knx/get_knx_project' }, { signal, isWrite: false }) };
}
