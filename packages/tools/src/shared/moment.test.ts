import { describe, expect, it } from 'vitest';
import { parseMoment } from './moment.ts';

const now = new Date('2026-11-22T12:00:00Z');
const parse = (text: string, zone = 'Europe/Amsterdam') => parseMoment(text, 'start_time', zone, now).toISOString();

describe('parseMoment', () => {
  it.each([
    ['24h', '2026-11-21T12:00:00.000Z'],
    ['7d', '2026-11-15T12:00:00.000Z'],
    ['2w', '2026-11-08T12:00:00.000Z'],
    ['1M', '2026-10-23T12:00:00.000Z'],
    ['1.5 h', '2026-11-22T10:30:00.000Z'],
    ['now', '2026-11-22T12:00:00.000Z'],
  ])('%s counts back from now', (text, iso) => expect(parse(text)).toBe(iso));

  it.each([
    ['2026-11-22T09:00:00Z', '2026-11-22T09:00:00.000Z'],
    ['2026-11-22T09:00:00+05:30', '2026-11-22T03:30:00.000Z'],
  ])('%s stands for itself', (text, iso) => expect(parse(text)).toBe(iso));

  it.each([
    ['2026-11-22', '2026-11-21T23:00:00.000Z'],
    ['2026-07-01 09:30', '2026-07-01T07:30:00.000Z'],
    ['2026-10-25T04:00:00', '2026-10-25T03:00:00.000Z'],
    ['2026-10-25T00:30:00', '2026-10-24T22:30:00.000Z'],
  ])('%s, without an offset, is the time on the clocks of the home', (text, iso) => expect(parse(text)).toBe(iso));

  it('a home west of Greenwich has its own clocks', () =>
    expect(parse('2026-11-22T09:00', 'America/New_York')).toBe('2026-11-22T14:00:00.000Z'));

  it.each(['yesterday', '', '24', '2026-13-45', '10 minutes'])("'%s' is refused with how to write it", (text) =>
    expect(() => parse(text)).toThrow(expect.objectContaining({ context: { parameter: 'start_time', value: text } })),
  );
});
