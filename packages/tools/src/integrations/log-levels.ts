import { Fault } from '@hub/core/fault.ts';
import { readLogLevels } from '@hub/ha/logs.ts';
import type { ToolContext } from '../define.ts';

/** As Python numbers them. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'NOTSET'],
  [10, 'DEBUG'],
  [20, 'INFO'],
  [30, 'WARNING'],
  [40, 'ERROR'],
  [50, 'CRITICAL'],
]);

export interface ShownLevel {
  readonly log_level: string | null;
  readonly log_level_raw: number | null;
}

/** How much each integration logs; nothing for homes whose logger is not set up. @throws Fault */
export async function logLevels({ home, signal }: ToolContext): Promise<(domain: string) => ShownLevel> {
  const levels = new Map<string, number>();
  try {
    for (const { domain, level } of await readLogLevels(home, { signal })) levels.set(domain, level);
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'CANCELLED') throw error;
  }
  return (domain) => {
    const raw = levels.get(domain);
    return { log_level: raw === undefined ? null : (NAMES.get(raw) ?? String(raw)), log_level_raw: raw ?? null };
  };
}

/** A level as `logLevels` shows it. */
export function levelNamed(name: string): ShownLevel {
  const raw = [...NAMES].find(([, one]) => one === name)?.[0] ?? null;
  return { log_level: name, log_level_raw: raw };
}
