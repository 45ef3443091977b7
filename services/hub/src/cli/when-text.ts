import { UsageError } from './failure.ts';

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `90m`, `24h`, `30d` or `2w` in milliseconds. @throws UsageError */
export function durationMs(text: string, option: string): number {
  const [, count, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  if (count === undefined || !isUnit(unit)) throw new UsageError(`${option} wants a time such as 90m, 24h, 30d or 2w`);
  return Number(count) * UNITS[unit];
}

function isUnit(text: string | undefined): text is keyof typeof UNITS {
  return text !== undefined && text in UNITS;
}

/** Local time to the minute. */
export function moment(iso: string | undefined): string | undefined {
  if (iso === undefined) return undefined;
  const date = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Local time to the minute, and whose: for what is still to come. */
export function momentToCome(iso: string): string {
  return `${moment(iso)} (${new Intl.DateTimeFormat().resolvedOptions().timeZone})`;
}

/** `3 min ago`; the moment itself when it is long past. */
export function ago(iso: string | undefined, now = Date.now()): string | undefined {
  if (iso === undefined) return undefined;
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1_000));
  if (seconds < 60) return 'just now';
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  return moment(iso);
}
