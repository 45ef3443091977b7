import { EFFECTS } from '@hub/core/effect.ts';
import { parseWindow, windowText } from '@hub/core/maintenance-windows.ts';
import { hasUnseen } from '@hub/core/unseen.ts';
import { isTimeZone } from '@hub/core/zone-clock.ts';
import { z } from 'zod';

/** Text as people type it; PostgreSQL holds no NUL, and characters nobody sees would break tables and logs, or pass one name for another. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !hasUnseen(text), 'has control or invisible characters');

export const note = z
  .string()
  .max(2_000)
  .refine((text) => !text.includes('\0'), 'has a NUL character');

export const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower case letters, digits and hyphens, 63 at most')
  .describe('Short name for command lines and URLs.');

export const tags = z.array(line(50)).max(50);

export const effect = z
  .enum(EFFECTS)
  .describe('read < control (a lamp) < configure (an automation) < secure (locks, alarms) < system < destroy');

export const timeZone = line(100).refine(isTimeZone, 'no time zone we know, such as Europe/Berlin');

export const maintenanceWindows = z
  .array(
    line(100).transform((text, context) => {
      const window = parseWindow(text);
      if (window) return windowText(window);
      context.addIssue({ code: 'custom', message: 'expected days and hours, such as weekdays 02:00-05:00' });
      return z.NEVER;
    }),
  )
  .max(20)
  .describe('When changes may begin by the clock of the home, such as weekdays 02:00-05:00; an empty list: always.');

/** A path parameter that names something by slug, name or id. */
export const ref = line(200);

export const id = z.uuid({ error: 'give the whole id, as the list shows it' });

export const when = z.iso.datetime();

/** A moment that passed on the way here still counts. */
export const BEGIN_LATE_MS = 60_000;
export const BEGIN_AHEAD_DAYS = 30;
const BEGIN_AHEAD_MS = BEGIN_AHEAD_DAYS * 86_400_000;

/** From when a job may begin; undefined: at once, also where the moment came on the way here. */
export const notBefore = z.iso
  .datetime({ offset: true, abort: true, error: 'wants a moment with its offset, such as 2026-12-01T02:30:00+01:00' })
  .max(40, { abort: true })
  .refine((text) => Date.parse(text) >= Date.now() - BEGIN_LATE_MS, 'is in the past')
  .refine((text) => Date.parse(text) <= Date.now() + BEGIN_AHEAD_MS, `is more than ${BEGIN_AHEAD_DAYS} days away`)
  .transform((text) => (Date.parse(text) > Date.now() ? new Date(text) : undefined))
  .optional()
  .describe('Begin no earlier than this moment, 30 days ahead at most; missing: at once.');

/** For routes that take none: one that is given is refused and not passed over, as it may have meant less than what would be done. */
export const noBody = (error: string) =>
  z.preprocess((body) => body ?? {}, z.strictObject({}, { error }).describe('May be left out.'));

/** How many a list answers at most, and where it goes on. */
export const page = {
  limit: z.coerce.number().int().min(1).max(500).default(50),
  before: id.optional().describe('Only entries older than this id: the `next` of the page before.'),
};

/** A query parameter given several times, or once with commas. */
export const several = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (value === undefined ? undefined : [value].flat().flatMap((part) => String(part).split(','))),
    z.array(item).optional(),
  );

export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const tenantParams = z.strictObject({ tenant: ref.describe('slug or id') });
