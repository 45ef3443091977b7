import { Fault } from '@hub/core/fault.ts';
import { offsetAt } from '@hub/core/zone-clock.ts';
import { z } from 'zod';
import { homeShape } from '../api/home-shape.ts';
import { atTime } from './at-time.ts';
import type { Cli } from './cli.ts';

/** Of backups, checks and restores. */
export const atFlag = [
  '--at <time>',
  'begin then and not now: 02:30 (the next) or 2026-12-01T02:30 by the clock of the home, or +2h (m, h, d or w); 30 days ahead at most',
] as const;
export const atOption = { at: z.string().optional() };

export interface Beginning {
  readonly notBefore: string;
  /** By the clock of the home, with its zone. */
  readonly text: string;
}

/** What `--at` means at a home. @throws UsageError; Fault as the hub says it */
export async function beginning(cli: Cli, home: string | undefined, at: string): Promise<Beginning> {
  const timeZone = await zoneOf(cli, home);
  const moment = atTime(at, timeZone, Date.now());
  const { ms, text } = offsetAt(moment, timeZone);
  const wall = new Date(moment + ms).toISOString().slice(0, 16);
  return {
    notBefore: `${new Date(moment + ms).toISOString().slice(0, 19)}${text}`,
    text: `${wall.replace('T', ' ')} (${timeZone})`,
  };
}

/** UTC for a home whose clock nobody knows, as its schedules go, and for one that was removed. */
async function zoneOf(cli: Cli, home: string | undefined): Promise<string> {
  try {
    return (await cli.hub.ask('GET', await cli.tenantPath('homes', home), homeShape)).timeZone ?? 'UTC';
  } catch (error) {
    if (error instanceof Fault && error.code === 'HOME_NOT_FOUND') return 'UTC';
    throw error;
  }
}
