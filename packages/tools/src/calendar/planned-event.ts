import type { EventFields } from '@hub/ha/calendar.ts';

/** An event as a calendar lists it once it is written, for a preview; what was not given is left out. */
export function plannedEvent({ dtstart, dtend, ...rest }: EventFields): Readonly<Record<string, unknown>> {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { ...given, start: edge(dtstart), end: edge(dtend) };
}

function edge(moment: string): { readonly date: string } | { readonly dateTime: string } {
  return moment.includes('T') ? { dateTime: moment } : { date: moment };
}
