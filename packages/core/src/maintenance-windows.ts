import { instantAt, offsetAt } from './zone-clock.ts';

/** Some days of the week and hours of them, by the clock of a home. */
export interface MaintenanceWindow {
  /** 0 is Monday; those on which it opens. */
  readonly days: readonly number[];
  /** Minutes of the day; one that ends no later than it begins goes on past midnight. */
  readonly from: number;
  readonly until: number;
}

/** Whether changes may begin now; without `closesAt` they always may. */
export type WindowState =
  | { readonly isOpen: true; readonly closesAt: Date | undefined }
  | { readonly isOpen: false; readonly opensAt: Date };

/** Why a home was left alone, as fleet plans and runs tell it. */
export const OUTSIDE_WINDOWS = 'outside of its maintenance windows';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const WORDS: ReadonlyMap<string, readonly number[]> = new Map([
  ['daily', [0, 1, 2, 3, 4, 5, 6]],
  ['weekdays', [0, 1, 2, 3, 4]],
  ['weekends', [5, 6]],
]);
const MINUTE_MS = 60_000;
const DAY_MIN = 1_440;
const DAY_MS = DAY_MIN * MINUTE_MS;
/** Far enough for one that opens once a week and misses a week, as the clock skips it. */
const LOOK_DAYS = 15;
const HOURS = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/;

/** How they stand at a moment, by the clock of a zone; without any it is always open. What has begun before one closes goes on. */
export function windowsAt(windows: readonly MaintenanceWindow[], timeZone: string, now: Date): WindowState {
  if (windows.length === 0) return { isOpen: true, closesAt: undefined };
  let closesMs: number | undefined;
  for (const [opens, closes] of openings(windows, timeZone, now.getTime())) {
    if (opens <= (closesMs ?? now.getTime())) closesMs = Math.max(closesMs ?? 0, closes);
    else if (closesMs === undefined) return { isOpen: false, opensAt: new Date(opens) };
    else break;
  }
  if (closesMs === undefined) throw new Error('a maintenance window that never opens');
  return { isOpen: true, closesAt: new Date(closesMs) };
}

/** When the next one opens, as the clock of the zone shows it with its offset; undefined while one is open. */
export function closedUntil(windows: readonly MaintenanceWindow[], timeZone: string, now: Date): string | undefined {
  const state = windowsAt(windows, timeZone, now);
  if (state.isOpen) return undefined;
  const { ms, text } = offsetAt(state.opensAt.getTime(), timeZone);
  return `${new Date(state.opensAt.getTime() + ms).toISOString().slice(0, 19)}${text}`;
}

/** When they open and close, in the order in which they open; those that are over are left out. */
function* openings(
  windows: readonly MaintenanceWindow[],
  timeZone: string,
  nowMs: number,
): Generator<readonly [number, number]> {
  const wallMs = nowMs + offsetAt(nowMs, timeZone).ms;
  const today = Math.floor(wallMs / DAY_MS) * DAY_MS;
  const when = (day: number, minute: number) => instantAt(day + minute * MINUTE_MS, timeZone);
  for (let day = today - DAY_MS; day <= today + LOOK_DAYS * DAY_MS; day += DAY_MS) {
    const weekday = (new Date(day).getUTCDay() + 6) % 7;
    yield* windows
      .filter(({ days }) => days.includes(weekday))
      .map(({ from, until }) => [when(day, from), when(day, until > from ? until : until + DAY_MIN)] as const)
      .filter(([opens, closes]) => closes > nowMs && closes > opens)
      .sort(([one], [other]) => one - other);
  }
}

/** `weekdays 02:00-05:00`, `fri-sun 22:00-06:00`, `mon,thu 12:00-13:00`, `daily 00:00-24:00`; undefined for anything else. */
export function parseWindow(text: string): MaintenanceWindow | undefined {
  const [on = '', hours = '', ...rest] = text.trim().toLowerCase().split(/\s+/);
  const days = parseDays(on);
  const [, fromHour, fromMinute, untilHour = '24', untilMinute = '00'] = HOURS.exec(hours) ?? [];
  if (rest.length > 0 || !days || fromHour === undefined) return undefined;
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const until = Number(untilHour) * 60 + Number(untilMinute);
  return from === until ? undefined : { days, from, until };
}

/** Those that were stored. @throws Error for one that was never checked */
export function storedWindows(texts: readonly string[]): readonly MaintenanceWindow[] {
  return texts.map((text) => {
    const window = parseWindow(text);
    if (!window) throw new Error(`'${text}' is stored as a maintenance window and is none`);
    return window;
  });
}

/** As people write it, and each in one way. */
export function windowText({ days, from, until }: MaintenanceWindow): string {
  const word = [...WORDS].find(([, all]) => all.join() === days.join())?.[0];
  return `${word ?? days.map((day) => DAYS[day]).join(',')} ${clock(from)}-${clock(until)}`;
}

function parseDays(text: string): readonly number[] | undefined {
  const word = WORDS.get(text);
  if (word) return word;
  const days = new Set<number>();
  for (const part of text.split(',')) {
    const [first, last, ...rest] = part.split('-').map((name) => DAYS.indexOf(name));
    if (first === undefined || first < 0 || (last ?? first) < 0 || rest.length > 0) return undefined;
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day);
      if (day === (last ?? first)) break;
    }
  }
  return [...days].sort();
}

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}
