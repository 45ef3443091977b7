import { Fault } from '@hub/core/fault.ts';
import { readLink, urlKeyOf } from '@hub/db/home-links.ts';
import type { HomeRecord } from '@hub/db/home-record.ts';
import { listHomes } from '@hub/db/homes.ts';
import type { Deps } from '../deps.ts';
import { forgetHome } from '../forget-home.ts';
import type { AppliedHome, WantedHome } from './apply-shape.ts';
import { differenceOf } from './home-difference.ts';
import { homeInput } from './home-shape.ts';
import { addHome, assertUsable, changeHome } from './store-home.ts';

export interface ApplyOptions {
  /** Says what would happen and does nothing. */
  readonly dryRun: boolean;
  /** Removes homes that are not wanted. */
  readonly prune: boolean;
  /** Tries each new link first. */
  readonly check: boolean;
}

/**
 * Makes the homes of a tenant what is wanted, one after the other; one that fails never stops the rest, and done again nothing
 * more happens. A home is known by its slug. @throws Fault STORAGE_UNAVAILABLE
 */
export async function applyHomes(
  deps: Deps,
  tenantId: string,
  wanted: readonly WantedHome[],
  options: ApplyOptions,
): Promise<readonly AppliedHome[]> {
  const stored = await listHomes(deps.storage.db, tenantId);
  const results: AppliedHome[] = [];
  for (const one of wanted)
    results.push(await orFailed(one.slug, () => applyOne(deps, tenantId, stored, one, options)));
  if (!options.prune) return results;
  const slugs = new Set(wanted.map(({ slug }) => slug));
  for (const home of stored.filter(({ slug }) => !slugs.has(slug))) {
    if (!options.dryRun) await forgetHome(deps.storage.db, tenantId, home.id);
    results.push({ home: home.slug, result: 'removed', changes: [] });
  }
  return results;
}

async function applyOne(
  deps: Deps,
  tenantId: string,
  stored: readonly HomeRecord[],
  wanted: WantedHome,
  { dryRun, check }: ApplyOptions,
): Promise<AppliedHome> {
  assertUsable(wanted);
  assertOwnAddress(stored, wanted);
  const home = stored.find(({ slug }) => slug === wanted.slug);
  if (!home) {
    if (!dryRun) await create(deps, tenantId, wanted, check);
    else assertComplete(wanted);
    return { home: wanted.slug, result: 'created', changes: [] };
  }
  const link = await readLink(deps.storage.db, deps.storage.vault, tenantId, home.id);
  const { patch, changes } = differenceOf(home, link, wanted);
  if (changes.length === 0) return { home: home.slug, result: 'unchanged', changes: [] };
  if (!dryRun) await changeHome(deps, home, patch, check);
  return { home: home.slug, result: 'updated', changes: [...changes] };
}

async function create(deps: Deps, tenantId: string, wanted: WantedHome, check: boolean): Promise<void> {
  const { defaults } = wanted;
  const { home } = await addHome(deps, tenantId, assertComplete(wanted), check);
  if (defaults) await changeHome(deps, home, { defaults }, false);
}

/** @throws Fault VALIDATION_MISSING_PARAMETER for what only a home that is there may leave out */
function assertComplete({ defaults: _, ...wanted }: WantedHome) {
  if (wanted.token === undefined) {
    throw new Fault('VALIDATION_MISSING_PARAMETER', 'It is new and has no token.', {
      suggestion: 'Give it one: token, tokenEnv or tokenFile.',
    });
  }
  return homeInput.parse(Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null)));
}

/** The same address under another slug is the same home: it would be renamed, or doubled. */
function assertOwnAddress(stored: readonly HomeRecord[], wanted: WantedHome): void {
  const key = urlKeyOf(wanted.url);
  const other = stored.find(({ slug, link }) => slug !== wanted.slug && link.url === key);
  if (!other) return;
  throw new Fault('RESOURCE_ALREADY_EXISTS', `Its address is already that of the home '${other.slug}'.`, {
    suggestion: `Call it ${other.slug} in the file, or rename it first: hub homes set ${other.slug} --slug ${wanted.slug}`,
  });
}

async function orFailed(slug: string, work: () => Promise<AppliedHome>): Promise<AppliedHome> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'STORAGE_UNAVAILABLE') throw error;
    return { home: slug, result: 'failed', changes: [], reason: [error.message, ...error.suggestions].join(' ') };
  }
}
