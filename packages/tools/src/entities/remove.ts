import { Fault } from '@hub/core/fault.ts';
import { removeEntity } from '@hub/ha/registries.ts';
import { findEntity } from '@hub/ha/registry-reads.ts';
import { waitForGone } from '@hub/ha/wait-for.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { entityNotFound } from '../shared/entity-not-found.ts';
import { previewParameter } from '../shared/parameters.ts';

const MAX_IDS = 100;
const WAIT_MS = 10_000;

const errorRow = z.strictObject({ entity_id: z.string(), code: z.string(), message: z.string() });

/** Source: HA `config/entity_registry/remove`. */
export const tool = defineTool({
  name: 'ha_remove_entity',
  title: 'Remove Entity',
  docs: 'Takes entities out of the registry that nothing provides any more (restored, unavailable), one or a list; the hub keeps each entry as an edit. What an integration still provides comes back at its next reload: hide or disable that with ha_set_entity. Remove helpers, automations and devices with their own tools.',
  tags: ['Entity Registry'],
  scope: 'home',
  effect: 'destroy',
  idempotent: true,
  input: z.strictObject({
    entity_id: z.union([z.string(), z.array(z.string())]).describe('one id, or up to 100'),
    preview: previewParameter,
  }),
  output: z.strictObject({
    success: z.boolean(),
    entity_id: z.string().optional(),
    message: z.string().optional(),
    total: z.number().int().optional(),
    removed: z.array(z.string()).optional(),
    skipped: z.array(z.string()).optional(),
    errors: z.array(errorRow).optional(),
    warnings: z.array(z.string()).optional(),
  }),
  items: ({ entity_id }) => idsOf(entity_id).map((id) => ({ kind: 'entity', id })),
  async run({ entity_id: given }, context) {
    const ids = [...new Set(idsOf(given))];
    if (ids.length === 0 || ids.includes('')) throw invalid('it is empty.', 'Name at least one entity.');
    if (ids.length > MAX_IDS)
      throw invalid(`at most ${MAX_IDS} ids in one call, got ${ids.length}.`, 'Split the list.');
    const [only] = ids;
    const isList = Array.isArray(given) || ids.length > 1;
    return isList || only === undefined ? removeMany(ids, context) : removeOne(only, context);
  },
});

async function removeOne(entityId: string, context: ToolContext) {
  const warnings = await remove(entityId, context);
  if (!warnings) throw entityNotFound(entityId, (await context.home.entities()).keys());
  return {
    success: true,
    entity_id: entityId,
    message: `Removed ${entityId} from the registry.`,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

async function removeMany(ids: readonly string[], context: ToolContext) {
  const removed: string[] = [];
  const skipped: string[] = [];
  const errors: z.infer<typeof errorRow>[] = [];
  const warnings: string[] = [];
  for (const [done, id] of ids.entries()) {
    context.progress(done, ids.length, id);
    try {
      const told = await remove(id, context);
      (told ? removed : skipped).push(id);
      warnings.push(...(told ?? []));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      errors.push({ entity_id: id, code: error.code, message: error.message });
    }
  }
  if (skipped.length > 0) warnings.push(`Not in the registry: ${skipped.join(', ')}.`);
  return {
    success: errors.length === 0,
    total: ids.length,
    removed,
    skipped,
    errors,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** What there is to tell about it; undefined when the registry has no such entity, or this connector may not see it. */
async function remove(entityId: string, { home, edits, signal }: ToolContext): Promise<string[] | undefined> {
  const [entries, states] = await Promise.all([home.entities(), home.states()]);
  const entry = entries.get(entityId);
  if (!entry) return undefined;
  const state = states.get(entityId);
  const isProvided = state !== undefined && state.attributes['restored'] !== true;
  await edits.change({
    item: { kind: 'entity', id: entityId },
    read: () => findEntity(home, entityId, { signal }),
    plan: () => undefined,
    async write() {
      await removeEntity(home, entityId, { signal });
    },
  });
  const isGone = await waitForGone(home, entityId, { deadlineMs: WAIT_MS, signal });
  return [
    ...(isProvided
      ? [`${entityId} was in use: ${entry.platform} brings it back, with defaults, when it next loads.`]
      : []),
    ...(isGone ? [] : [`${entityId} left the registry, but still has a state after 10 s.`]),
  ];
}

function idsOf(given: string | readonly string[]): readonly string[] {
  return (typeof given === 'string' ? given.split(',') : given).map((id) => id.trim());
}

function invalid(what: string, suggestion: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`entity_id\`: ${what}`, {
    suggestion,
    context: { parameter: 'entity_id' },
  });
}
