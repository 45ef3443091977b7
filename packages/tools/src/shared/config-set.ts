import { canonicalJson, configHash } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import { writeConfigItem } from '@hub/ha/config-files.ts';
import type { View } from '@hub/ha/view.ts';
import type { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { findings } from '../guidance/findings.ts';
import { categoryId, setCategory } from './config-category.ts';
import { checkMode, type PreparedChange, prepareChange } from './config-change.ts';
import { itemNotFound, staleHash, withAdvice } from './config-faults.ts';
import { configShape, readStored } from './config-get.ts';
import type { Config, ConfigKind } from './config-kinds.ts';
import { newItemId } from './config-new-id.ts';
import type { SetInput, setAnswer } from './config-parameters.ts';
import { notYet, type ResolvedItem, resolveItem } from './config-resolve.ts';
import { validateItem } from './config-validate.ts';
import { isLoaded, loadedIds, waitForLoaded } from './config-wait.ts';

export interface SetOutcome {
  readonly id: string;
  /** Undefined when it was not waited for, or did not appear in time. */
  readonly entityId: string | undefined;
  /** The home was seen to have taken it up. */
  readonly isProven: boolean;
  /** The keys all three tools answer with. */
  readonly answer: z.infer<typeof setAnswer>;
}

/**
 * Writes one item whole, from a config or by transforming the stored one; keeps before and after; waits for the home to take it up.
 * After the write nothing fails any more: what could not be proved is a warning.
 * @throws Fault see config-change.ts; VALIDATION_FAILED with Home Assistant's own words when it refuses the config
 */
export async function setConfig(
  context: ToolContext,
  kind: ConfigKind,
  identifier: string | undefined,
  input: SetInput,
): Promise<SetOutcome> {
  const { home, edits } = context;
  checkMode(kind, identifier, input);
  const item = await itemToSet(home, kind, identifier);
  const change = await prepareChange(context, kind, item, identifier, input);
  const category = change.category === undefined ? undefined : await categoryId(home, kind, change.category);
  const { validation, warnings: noticed } = await kind.references(home, change.config);
  const already = await loadedIds(home, kind);

  const { before, after } = await edits.change({
    item: { kind: kind.kind, id: item.id },
    read: () => readStored(home, kind, item.id),
    write: (found) => send(context, kind, item, identifier, change, found),
    plan: (found) => planned(kind, item.id, change.config, found),
    validate: async () => ({ ...(await validateItem(context, kind, change.config)), ...(validation ?? {}) }),
  });
  const isNoChange = canonicalJson(before ?? null) === canonicalJson(after ?? null) && isLoaded(item.state);
  const isToWait = (input.wait || category !== undefined) && !isNoChange;
  const seen = isToWait ? await settle(context, kind, item, already) : unwaited(item, isNoChange);
  const filing = category === undefined ? [] : await file(context, kind, seen.entityId, category);
  const noted = findings(change.config);
  const warnings = [...noticed, ...seen.warnings, ...filing];
  return {
    id: item.id,
    entityId: seen.entityId,
    isProven: seen.isProven,
    answer: {
      success: true,
      result: 'ok',
      operation: before === undefined ? 'created' : 'updated',
      config_hash: configHash(kind.normalize(configShape.safeParse(after).data ?? change.config)),
      ...(typeof category === 'string' && filing.length === 0 ? { category } : {}),
      ...transformKeys(kind, item, input.python_transform),
      ...(noted.length > 0 ? { best_practice_warnings: noted } : {}),
      ...(validation ? { validation } : {}),
      ...(warnings.length > 0 ? { warnings } : {}),
    },
  };
}

/** As the home would store it; the id of a new one is not known beforehand. */
function planned(kind: ConfigKind, id: string, config: Config, found: unknown): Config {
  return kind.kind === 'script' || found === undefined ? config : { id, ...config };
}

async function itemToSet(home: View, kind: ConfigKind, identifier: string | undefined): Promise<ResolvedItem> {
  if (identifier === undefined) return notYet(newItemId());
  const item = await resolveItem(home, kind, identifier);
  if (item.entityId === undefined && !kind.takesNewEntityId && identifier.startsWith(`${kind.kind}.`))
    throw await itemNotFound(home, kind, identifier, kind.unknownCode);
  return item;
}

async function send(
  { home }: ToolContext,
  kind: ConfigKind,
  item: ResolvedItem,
  identifier: string | undefined,
  { config, basis }: PreparedChange,
  found: unknown,
): Promise<void> {
  if (basis !== undefined) {
    const hash = found === undefined ? '' : configHash(kind.normalize(configShape.parse(found)));
    if (hash !== basis) throw staleHash(kind, identifier ?? item.id, hash);
  }
  try {
    await writeConfigItem(home, kind.kind, item.id, config);
  } catch (error) {
    const facts = { [kind.parameter]: identifier ?? null, action: 'set' };
    throw withAdvice(error, facts, 'Correct what the message names in the configuration, then send it again.');
  }
}

interface Seen {
  readonly entityId: string | undefined;
  readonly isProven: boolean;
  readonly warnings: readonly string[];
}

function unwaited({ entityId }: ResolvedItem, isNoChange: boolean): Seen {
  return { entityId, isProven: isNoChange, warnings: [] };
}

async function settle(
  { home, signal }: ToolContext,
  kind: ConfigKind,
  item: ResolvedItem,
  already: ReadonlySet<string>,
): Promise<Seen> {
  const { entityId } = item;
  try {
    if (entityId !== undefined && (await home.entities()).get(entityId)?.disabled_by)
      return { entityId, isProven: false, warnings: [] };
    const state = await waitForLoaded(home, kind, item, already, signal);
    if (state) return seenIn(state.entity_id, state.state);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return {
      entityId,
      isProven: false,
      warnings: [`The ${kind.kind} was saved, but not seen again: ${error.message}`],
    };
  }
  const name = entityId ?? item.id;
  return {
    entityId,
    isProven: false,
    warnings: [`The ${kind.kind} was saved, but ${name} is not yet queryable; the home may be busy or still starting.`],
  };
}

function seenIn(entityId: string, state: string): Seen {
  if (state !== 'unavailable') return { entityId, isProven: true, warnings: [] };
  const why = `It was saved, but Home Assistant could not load it: ${entityId} is unavailable. See ha_get_logs.`;
  return { entityId, isProven: false, warnings: [why] };
}

/** The configuration stands already, so a category that could not be set is a warning. */
async function file(
  { home, edits }: ToolContext,
  kind: ConfigKind,
  entityId: string | undefined,
  category: string | null,
): Promise<string[]> {
  if (entityId === undefined)
    return ['The category was not set: the entity has not appeared yet. Set it later with ha_set_entity.'];
  try {
    await setCategory(home, edits, kind, entityId, category);
    return [];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [`The category was not set: ${error.message}`];
  }
}

function transformKeys(kind: ConfigKind, item: ResolvedItem, source: string | undefined) {
  if (source === undefined) return {};
  return {
    action: 'python_transform' as const,
    python_expression: source,
    message: `Changed ${kind.kind} ${item.entityId ?? item.id} by the transform; use config_hash for the next one.`,
  };
}
