import { Fault } from '@hub/core/fault.ts';
import type { CommunityStore, StoreRepository } from '@hub/ha/community-store.ts';
import { nearestIds } from '../shared/entity-not-found.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';

/** As people call the categories, and as the stores do. */
export const CATEGORIES = ['integration', 'lovelace', 'theme', 'appdaemon', 'python_script'] as const;

export type Category = (typeof CATEGORIES)[number];

export const storeCategory = (category: Category): string => (category === 'lovelace' ? 'plugin' : category);
export const shownCategory = (category: string): string => (category === 'plugin' ? 'lovelace' : category);

const OWNER_AND_NAME = /^[\w.-]+\/[\w.-]+$/;

/** `owner/name`, also out of a GitHub address. @throws Fault VALIDATION_INVALID_PARAMETER */
export function fullNameOf(given: string): string {
  const name = given
    .trim()
    .replace(/^https:\/\/github\.com\//i, '')
    .replace(/(\.git)?\/*$/, '');
  if (OWNER_AND_NAME.test(name)) return name;
  throw invalidParameter('repository', 'it is no owner/name of GitHub.', 'Give it like hacs/integration.');
}

/** The store's number of a repository given by that number or as owner/name. @throws Fault VALIDATION_MISSING_PARAMETER | RESOURCE_NOT_FOUND */
export async function repositoryIdOf(
  store: CommunityStore,
  given: string | null | undefined,
  signal: AbortSignal,
): Promise<string> {
  const wanted = given?.trim() ?? '';
  if (wanted === '') {
    throw new Fault('VALIDATION_MISSING_PARAMETER', '`repository_id` is needed.', {
      suggestion: "ha_get_hacs_info action 'search' shows the ids; owner/name does as well.",
      context: { parameter: 'repository_id' },
    });
  }
  if (/^\d{1,20}$/.test(wanted)) return wanted;
  const name = fullNameOf(wanted);
  const rows = await store.list(undefined, { signal });
  const found = byName(rows, name);
  if (found) return found.id;
  const near = nearestIds(
    name.toLowerCase(),
    rows.map((row) => row.full_name.toLowerCase()),
  );
  throw new Fault('RESOURCE_NOT_FOUND', `There is no repository ${name} in ${store.name}.`, {
    suggestion: [
      near.length > 0 ? `Did you mean ${near.join(', ')}?` : "Find it with ha_get_hacs_info action 'search'.",
      "One that is not in the catalogue is added with ha_manage_hacs action 'add_repository'.",
    ],
    context: { repository_id: name },
  });
}

export function byName(rows: readonly StoreRepository[], fullName: string): StoreRepository | undefined {
  return rows.find((row) => row.full_name.toLowerCase() === fullName.toLowerCase());
}
