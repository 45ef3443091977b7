import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { listHomes, registerHome } from '@hub/db/homes.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { checkLink } from '../check-link.ts';
import type { Deps } from '../deps.ts';
import { forgetHome } from '../forget-home.ts';
import type { Household } from './household.ts';

export type FirstHome =
  | { readonly kind: 'simulated' }
  | { readonly kind: 'linked'; readonly name: string; readonly haVersion: string; readonly isAdmin: boolean }
  | { readonly kind: 'unreachable'; readonly name: string; readonly reason: string }
  | { readonly kind: 'stored'; readonly count: number };

/** What there is to use now, and whether a simulated home was there before it. */
export interface FirstHomeReport {
  readonly home: FirstHome;
  readonly replacedSimulated: boolean;
}

/** Registers the home from the environment; without any home, starts a simulated one. */
export async function ensureFirstHome(deps: Deps, household: Household, shutdown: Shutdown): Promise<FirstHomeReport> {
  const { tenant } = household;
  const wasSimulated = (await listHomes(deps.storage.db, tenant.id)).some((home) => home.isSimulated);
  const home = await firstHome(deps, household, shutdown);
  return { home, replacedSimulated: wasSimulated && home.kind !== 'simulated' };
}

async function firstHome(deps: Deps, { tenant }: Household, shutdown: Shutdown): Promise<FirstHome> {
  const { config, storage } = deps;
  const given = config.firstHome;
  if (given) return registerGiven(deps, tenant.id, given);
  const stored = (await listHomes(storage.db, tenant.id)).filter((home) => !home.isSimulated);
  if (stored.length > 0) {
    await dropSimulated(deps, tenant.id);
    return { kind: 'stored', count: stored.length };
  }
  await startSimulation(deps, tenant.id, shutdown);
  return { kind: 'simulated' };
}

async function registerGiven(
  deps: Deps,
  tenantId: string,
  given: NonNullable<Deps['config']['firstHome']>,
): Promise<FirstHome> {
  const { config, storage, changes } = deps;
  const { url, token } = given;
  const seen = await checkLink({ url, token, allowPrivateAddresses: config.allowPrivateAddresses });
  const name = given.name ?? (seen.ok ? seen.locationName || 'Home' : 'Home');
  const { home } = await registerHome(
    storage.db,
    storage.vault,
    tenantId,
    {
      ...(given.name !== undefined || seen.ok ? { name } : {}),
      ...(seen.ok ? { instanceId: seen.instanceId, seenTimeZone: seen.timeZone } : {}),
      link: { url, token },
    },
    SYSTEM_ACTOR,
  );
  await dropSimulated(deps, tenantId);
  await changes.look();
  return seen.ok
    ? { kind: 'linked', name: home.name, haVersion: seen.haVersion, isAdmin: seen.isAdmin }
    : { kind: 'unreachable', name: home.name, reason: seen.fault.message };
}

async function startSimulation(deps: Deps, tenantId: string, shutdown: Shutdown): Promise<void> {
  const { storage, changes } = deps;
  const simulated = await startSimulatedHome();
  shutdown.onStop('links', 'simulated home', () => simulated.close(), 5_000);
  const { url, token, instanceId } = simulated;
  await registerHome(
    storage.db,
    storage.vault,
    tenantId,
    { slug: 'simulated', name: 'Simulated home', isSimulated: true, instanceId, link: { url, token } },
    SYSTEM_ACTOR,
  );
  await changes.look();
}

/** A real home takes its place. */
async function dropSimulated({ storage }: Deps, tenantId: string): Promise<void> {
  for (const home of await listHomes(storage.db, tenantId)) {
    if (home.isSimulated) await forgetHome(storage.db, tenantId, home.id);
  }
}
