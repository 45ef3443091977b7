import { z } from 'zod';
import { listConfigEntries } from './config-entries.ts';
import type { CallOptions, Home } from './home.ts';
import { listRepairs } from './notices.ts';

const statesSchema = z.array(z.object({ entity_id: z.string(), state: z.string(), last_changed: z.string() }));
const configSchema = z.object({ recovery_mode: z.boolean().default(false), safe_mode: z.boolean().default(false) });

export const HOME_MODES = ['normal', 'safe', 'recovery'] as const;

export type HomeMode = (typeof HOME_MODES)[number];

/** How well a home is at one moment, to be held against another. Plain JSON; null: the home does not tell. */
export interface Vitals {
  /** recovery: it could not start with its configuration · safe: without custom integrations. */
  readonly mode: HomeMode;
  readonly unavailable: readonly string[];
  readonly failed: readonly FailedEntry[] | null;
  readonly repairs: readonly OpenRepair[] | null;
  /** When the oldest and the youngest state changed, in ms since 1970: after a restart all are younger than any before. */
  readonly oldestChangeMs: number;
  readonly newestChangeMs: number;
}

/** An integration's entry that is switched on and not set up. */
export interface FailedEntry {
  readonly entryId: string;
  readonly domain: string;
}

export interface OpenRepair {
  readonly domain: string;
  readonly issueId: string;
  /** More than a piece of advice: Home Assistant itself calls it an error, or critical. */
  readonly isSerious: boolean;
}

/** A handful of reads without a mirror. @throws Fault when states or settings cannot be read */
export async function readVitals(home: Home, options: CallOptions = {}): Promise<Vitals> {
  const look = { ...options, isWrite: false };
  const [config, states, failed, issues] = await Promise.all([
    home.send({ type: 'get_config' }, look).then((answer) => configSchema.parse(answer)),
    home.send({ type: 'get_states' }, look).then((answer) => statesSchema.parse(answer)),
    listFailedEntries(home, look).catch(() => null),
    listRepairs(home, look).catch(() => null),
  ]);
  const changes = states.map(({ last_changed: at }) => Date.parse(at));
  return {
    mode: config.recovery_mode ? 'recovery' : config.safe_mode ? 'safe' : 'normal',
    unavailable: states.filter(({ state }) => state === 'unavailable').map(({ entity_id: id }) => id),
    failed,
    repairs:
      issues
        ?.filter(({ ignored }) => !ignored)
        .map(({ domain, issue_id: issueId, severity }) => ({
          ...{ domain, issueId },
          isSerious: severity === 'error' || severity === 'critical',
        })) ?? null,
    oldestChangeMs: Math.min(...changes),
    newestChangeMs: Math.max(...changes),
  };
}

/** Source: HA `config_entries.ConfigEntryState`. One that is still being set up has not come back yet. */
const FAILED = new Set(['setup_error', 'migration_error', 'setup_retry', 'failed_unload', 'setup_in_progress']);

/** @throws Fault */
export async function listFailedEntries(home: Home, options: CallOptions = {}): Promise<readonly FailedEntry[]> {
  const entries = await listConfigEntries(home, undefined, options);
  return entries
    .filter(({ state, disabled_by: disabledBy }) => FAILED.has(state) && !disabledBy)
    .map(({ entry_id: entryId, domain }) => ({ entryId, domain }));
}
