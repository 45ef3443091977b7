const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** No zone ever changed its offset between two quarters of an hour. */
const QUARTER_MS = 900_000;
const MAX_OFFSETS = 10_000;

export interface Offset {
  /** `+01:00`. */
  readonly text: string;
  readonly ms: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, Offset>>();

/** How far the clock of a zone is ahead of UTC; remembered, because asking Intl is dear. @throws RangeError for an unknown zone */
export function offsetAt(instant: number, timeZone: string): Offset {
  const quarter = Math.floor(instant / QUARTER_MS);
  const known = offsets.get(timeZone)?.get(quarter);
  if (known) return known;
  const offset = readOffset(instant, timeZone);
  const ofZone = offsets.get(timeZone);
  if (ofZone && ofZone.size < MAX_OFFSETS) ofZone.set(quarter, offset);
  else offsets.set(timeZone, new Map([[quarter, offset]]));
  return offset;
}

/**
 * When the clock of a zone shows a time, given as if it were UTC: the first time of two when it is set back, the moment of the
 * change when it is set forward over it.
 */
export function instantAt(wallMs: number, timeZone: string): number {
  const before = offsetAt(wallMs - DAY_MS, timeZone).ms;
  const after = offsetAt(wallMs + DAY_MS, timeZone).ms;
  const fitting = [before, after].find((ms) => offsetAt(wallMs - ms, timeZone).ms === ms);
  if (fitting !== undefined) return wallMs - fitting;
  let [early, late] = [wallMs - after, wallMs - before];
  while (late - early > MINUTE_MS) {
    const middle = early + Math.floor((late - early) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetAt(middle, timeZone).ms === before) early = middle;
    else late = middle;
  }
  // Zones change on whole minutes, whatever seconds were asked for.
  return Math.floor(late / MINUTE_MS) * MINUTE_MS;
}

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

function readOffset(instant: number, timeZone: string): Offset {
  const parts = formatOf(timeZone).formatToParts(instant);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
  const text = name === 'GMT' ? '+00:00' : name.slice('GMT'.length);
  const [hours = 0, minutes = 0, seconds = 0] = text.slice(1).split(':').map(Number);
  const ms = (hours * 3_600 + minutes * 60 + seconds) * 1_000;
  return { text, ms: text.startsWith('-') ? -ms : ms };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' });
    formats.set(timeZone, format);
  }
  return format;
}
