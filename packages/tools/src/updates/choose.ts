import { Fault } from '@hub/core/fault.ts';
import { listUpdates, UPDATE_CATEGORIES, type Update, type UpdateCategory } from '@hub/ha/updates.ts';
import type { View } from '@hub/ha/view.ts';
import { entityNotFound } from '../shared/entity-not-found.ts';

export type WriteAction = 'install' | 'skip' | 'clear_skipped';

/** What stops the whole home is named one by one. */
const NAMED_ONLY = new Set(['core', 'os', 'supervisor']);
const BY_CATEGORY = UPDATE_CATEGORIES.filter((category) => !NAMED_ONLY.has(category));

export interface Chosen {
  readonly updates: readonly Update[];
  /** Named, but not there. */
  readonly missing: readonly string[];
}

/**
 * The updates a call means, by their ids or by category those that the action can act on now.
 * @throws Fault VALIDATION_INVALID_PARAMETER; ENTITY_NOT_FOUND when none of those named is there
 */
export async function choose(
  home: View,
  action: WriteAction,
  ids: readonly string[] | undefined,
  categories: readonly string[] | undefined,
): Promise<Chosen> {
  if ((ids ?? []).length > 0 === (categories ?? []).length > 0)
    throw invalid(
      `\`action\` ${action} takes exactly one of entity_ids and categories.`,
      'Name updates, or categories.',
      'entity_ids',
    );
  const all = await listUpdates(home);
  if (ids && ids.length > 0) return byId(all, ids);
  const wanted = (categories ?? []).map(knownCategory);
  return {
    updates: [...all.values()].filter((update) => wanted.includes(update.category) && isFit(update, action)),
    missing: [],
  };
}

function byId(all: ReadonlyMap<string, Update>, ids: readonly string[]): Chosen {
  checkIds(ids);
  const missing = ids.filter((id) => !all.has(id));
  const [first] = missing;
  if (first !== undefined && missing.length === ids.length) throw entityNotFound(first, all.keys());
  return { updates: [...new Set(ids)].flatMap((id) => all.get(id) ?? []), missing };
}

/** @throws Fault VALIDATION_INVALID_PARAMETER for an entity that is no update */
export function checkIds(ids: readonly string[]): void {
  const wrong = ids.find((id) => !/^update\.[a-z0-9_]+$/.test(id));
  if (wrong !== undefined)
    throw invalid(
      `\`entity_ids\`: '${wrong}' is no update.`,
      'Name entity ids that start with update.; action list shows them.',
      'entity_ids',
    );
}

function knownCategory(given: string): UpdateCategory {
  const wanted = given.trim().toLowerCase();
  const category = BY_CATEGORY.find((one) => one === wanted);
  if (category) return category;
  throw NAMED_ONLY.has(wanted)
    ? invalid(
        `\`categories\`: ${wanted} is updated by name only.`,
        'Name its update in entity_ids; action list shows it.',
        'categories',
      )
    : invalid(`\`categories\`: there is no '${given}'.`, `Use some of ${BY_CATEGORY.join(', ')}.`, 'categories');
}

function isFit({ state, canInstall, isInProgress, skippedVersion }: Update, action: WriteAction): boolean {
  if (action === 'clear_skipped') return skippedVersion !== null;
  return state === 'on' && (action === 'skip' || (canInstall && !isInProgress));
}

function invalid(message: string, suggestion: string, parameter: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', message, {
    suggestion,
    context: { parameter, ...(parameter === 'categories' ? { valid_categories: BY_CATEGORY } : {}) },
  });
}
