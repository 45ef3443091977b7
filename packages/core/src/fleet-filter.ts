import type { HomeHealth } from './home-health.ts';
import { type ScheduleStanding, scheduleTrouble } from './schedule-standing.ts';

/** A home with what is known of how it stands. */
export interface FleetHome extends Partial<HomeHealth> {
  readonly slug: string;
  readonly name: string;
  /** Writes over many homes leave it alone. */
  readonly isPinned?: boolean | undefined;
  /** Outside of its maintenance windows: when the next one opens, by its own clock. */
  readonly windowOpensAt?: string | undefined;
  readonly tags: readonly string[];
  readonly country?: string | undefined;
  readonly region?: string | undefined;
  /** undefined: it was never reached. */
  readonly state?: string | undefined;
  readonly haVersion?: string | undefined;
  readonly certificateExpiresAt?: Date | undefined;
  readonly tokenExpiresAt?: Date | undefined;
  readonly schedules?: readonly ScheduleStanding[] | undefined;
  readonly lastSeenAt?: Date | undefined;
  readonly sweptAt?: Date | undefined;
}

/** What `state` may ask for; unknown: never reached. */
export const FLEET_STATES = ['running', 'starting', 'offline', 'reauth_required', 'banned', 'unknown'] as const;

/** All that is given must hold. What a home does not tell speaks for none of the questions about it. */
export interface FleetFilter {
  /** Slug or name, in part; any of them. */
  readonly names?: readonly string[] | undefined;
  readonly tag?: string | undefined;
  readonly country?: string | undefined;
  readonly region?: string | undefined;
  readonly state?: string | undefined;
  /** Such as 2026.10: what is older counts. */
  readonly coreOlderThan?: string | undefined;
  /** No backup that is known and younger. */
  readonly noBackupForDays?: number | undefined;
  readonly hasUpdates?: boolean | undefined;
  readonly hasProblems?: boolean | undefined;
}

/** Why a home was left alone, as fleet plans and runs tell it. */
export const PINNED = 'pinned by the owner';

const DAY_MS = 86_400_000;
const SOON_MS = 21 * DAY_MS;
/** Weekly backups may miss one. */
const BACKUP_DAYS = 14;

export function fitsFleet(home: FleetHome, filter: FleetFilter, now: Date): boolean {
  const { names, tag, country, region, state, coreOlderThan, noBackupForDays, hasUpdates, hasProblems } = filter;
  const isSame = (wanted: string | undefined, given: string | undefined) =>
    wanted === undefined || wanted.toLowerCase() === given?.toLowerCase();
  return (
    (!names || names.length === 0 || names.some((name) => isNamed(home, name))) &&
    (tag === undefined || home.tags.some((one) => isSame(tag, one))) &&
    isSame(country, home.country) &&
    isSame(region, home.region) &&
    isSame(state, home.state ?? 'unknown') &&
    (coreOlderThan === undefined || isOlder(home.haVersion, coreOlderThan)) &&
    (noBackupForDays === undefined || !hasBackupSince(home, now.getTime() - noBackupForDays * DAY_MS)) &&
    (hasUpdates === undefined || (home.updatesPending ?? 0) > 0 === hasUpdates) &&
    (hasProblems === undefined || problemsOf(home, now).length > 0 === hasProblems)
  );
}

/** Something a person should look at; a home has at most one of a kind at a time. */
export interface Problem {
  readonly kind:
    | 'state'
    | 'refused'
    | 'repairs'
    | 'batteries'
    | 'disk'
    | 'backup'
    | 'certificate'
    | 'token'
    | `schedule:${string}`;
  readonly text: string;
}

/** What a person should look at, in words; empty when nothing is known to be wrong. */
export function problemsOf(home: FleetHome, now: Date): readonly string[] {
  return findProblems(home, now).map(({ text }) => text);
}

export function findProblems(home: FleetHome, now: Date): readonly Problem[] {
  const soon = now.getTime() + SOON_MS;
  const expires = (at: Date | undefined, kind: 'certificate' | 'token'): Problem[] => {
    if (!at || at.getTime() > soon) return [];
    const verb = at.getTime() <= now.getTime() ? 'expired' : 'expires';
    return [{ kind, text: `${kind} ${verb} ${at.toISOString().slice(0, 10)}` }];
  };
  const { state, diskFreeBytes: free, diskTotalBytes: total } = home;
  const freePct = free !== undefined && total ? Math.round((free / total) * 100) : undefined;
  const found: readonly (Problem | false | undefined | 0)[] = [
    stateProblem(state),
    home.repairs && { kind: 'repairs', text: `${home.repairs} repairs` },
    home.lowBatteries && { kind: 'batteries', text: `${home.lowBatteries} low batteries` },
    freePct !== undefined && freePct < 10 && { kind: 'disk', text: `disk ${freePct} % free` },
    backupProblem(home),
    ...expires(home.certificateExpiresAt, 'certificate'),
    ...expires(home.tokenExpiresAt, 'token'),
    ...(home.schedules ?? []).map((one) => {
      const text = scheduleTrouble(one, now);
      return text !== undefined && ({ kind: `schedule:${one.name}`, text } as const);
    }),
  ];
  return found.filter((one) => typeof one === 'object');
}

/** That a home which was away came back and lets nobody in is news. */
function stateProblem(state: string | undefined): Problem | undefined {
  switch (state) {
    case undefined:
    case 'running':
      return undefined;
    case 'reauth_required':
      return { kind: 'refused', text: "refuses the hub's token" };
    case 'banned':
      return { kind: 'refused', text: "has banned the hub's address" };
    default:
      return { kind: 'state', text: `is ${state}` };
  }
}

/** As of the last look: how a home that is away went on backing itself up, nobody has seen. */
function backupProblem(home: FleetHome): Problem | undefined {
  const { lastBackupAt, hasBackup, sweptAt } = home;
  if (hasBackup === false && !lastBackupAt) return { kind: 'backup', text: 'no backup' };
  if (!lastBackupAt || !sweptAt || hasBackupSince(home, sweptAt.getTime() - BACKUP_DAYS * DAY_MS)) return undefined;
  return { kind: 'backup', text: `last backup ${lastBackupAt.toISOString().slice(0, 10)}` };
}

/** By number, part for part: 2026.9.3 is older than 2026.10. False for what is not known. */
function isOlder(version: string | undefined, than: string): boolean {
  if (version === undefined) return false;
  const [left, right] = [version, than].map((text) =>
    text.split(/[.\-b]/).map((part) => Number.parseInt(part, 10) || 0),
  );
  for (let at = 0; at < Math.max(left?.length ?? 0, right?.length ?? 0); at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function isNamed({ slug, name }: FleetHome, wanted: string): boolean {
  const part = wanted.trim().toLowerCase();
  return slug.includes(part) || name.toLowerCase().includes(part);
}

function hasBackupSince({ lastBackupAt }: FleetHome, sinceMs: number): boolean {
  return lastBackupAt !== undefined && lastBackupAt.getTime() >= sinceMs;
}
