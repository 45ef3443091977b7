import { Fault } from '@hub/core/fault.ts';
import { type FleetHome, fitsFleet, PINNED } from '@hub/core/fleet-filter.ts';
import { OUTSIDE_WINDOWS } from '@hub/core/maintenance-windows.ts';
import type { FleetPlan, FleetRequest } from '@hub/tools/define.ts';
import type { ConnectorAccess, HomeAccess } from '../connector-access.ts';

export interface Chosen {
  readonly chosen: readonly HomeAccess[];
  readonly skipped: FleetPlan['skipped'];
}

/**
 * The connector's homes that fit; a write leaves alone what is pinned, excluded or known to be away, and a plan for one what is
 * outside of its maintenance windows. @throws Fault HOME_NOT_FOUND
 */
export function chooseHomes(
  connector: ConnectorAccess,
  fleet: readonly FleetHome[],
  { filter, exclude }: Pick<FleetRequest, 'filter' | 'exclude'>,
  { isWrite, isPlan }: { readonly isWrite: boolean; readonly isPlan: boolean },
): Chosen {
  const known = new Map(fleet.map((home) => [home.slug, home]));
  const now = new Date();
  const chosen: HomeAccess[] = [];
  const skipped: FleetPlan['skipped'][number][] = [];
  for (const home of connector.homes) {
    const stands = known.get(home.slug);
    if (!stands || !fitsFleet(stands, filter, now)) continue;
    const why = reasonToSkip(stands, exclude, isWrite);
    const opensAt = isWrite && isPlan ? stands.windowOpensAt : undefined;
    if (why !== undefined) skipped.push({ home: home.slug, why });
    else if (opensAt !== undefined) skipped.push({ home: home.slug, why: OUTSIDE_WINDOWS, opens_at: opensAt });
    else chosen.push(home);
  }
  if (chosen.length > 0) return { chosen, skipped };
  const isShut = skipped.some(({ opens_at: opensAt }) => opensAt !== undefined);
  throw new Fault('HOME_NOT_FOUND', 'No home is left to run it at.', {
    suggestion: isShut
      ? 'Plan it again when a maintenance window is open; `skipped` says when each home opens.'
      : 'See which homes fit: ha_fleet_status with the same filters.',
    context: { skipped },
  });
}

function reasonToSkip(home: FleetHome, exclude: readonly string[], isWrite: boolean): string | undefined {
  if (exclude.includes(home.slug)) return 'excluded';
  if (!isWrite) return undefined;
  if (home.isPinned) return PINNED;
  return home.state === undefined || home.state === 'running' ? undefined : `is ${home.state.replace('_', ' ')}`;
}

/** A few first, then a tenth, then the rest. */
export function ringsOf<T>(homes: readonly T[], canary: number): readonly (readonly T[])[] {
  const second = canary + Math.ceil(homes.length / 10);
  return [homes.slice(0, canary), homes.slice(canary, second), homes.slice(second)].filter((ring) => ring.length > 0);
}
