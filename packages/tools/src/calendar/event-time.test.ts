import { describe, expect, it } from 'vitest';
import { eventPeriod, listedPeriod, readMoment } from './event-time.ts';

const ZONE = 'Europe/Amsterdam';
const event = (start: string, end: string) => eventPeriod(readMoment('start', start), readMoment('end', end), ZONE);
const listed = (start: string, end: string) => listedPeriod(readMoment('start', start), readMoment('end', end), ZONE);

describe('times of calendar events', () => {
  it.each([
    ['2026-11-25', '2026-11-27', '2026-11-25', '2026-11-27'],
    ['2026-11-25 10:00', '2026-11-25T11:30', '2026-11-25T10:00:00', '2026-11-25T11:30:00'],
    ['2026-11-25T10:00:00.123', '2026-11-25T11:00:00', '2026-11-25T10:00:00', '2026-11-25T11:00:00'],
    ['2026-11-25T10:00:00Z', '2026-11-25T11:00:00z', '2026-11-25T10:00:00Z', '2026-11-25T11:00:00Z'],
    // Across the change of the clocks the offsets differ, which Home Assistant would refuse.
    ['2026-10-24T10:00:00+02:00', '2026-10-25T10:00:00+0100', '2026-10-24T08:00:00Z', '2026-10-25T09:00:00Z'],
    ['2026-11-25T10:00:00', '2026-11-25T10:00:00Z', '2026-11-25T10:00:00', '2026-11-25T11:00:00'],
  ])('%s to %s is sent in one zone', (start, end, sentStart, sentEnd) => {
    expect(event(start, end)).toEqual({ start: sentStart, end: sentEnd });
  });

  it.each(['tomorrow', '2026-02-30', '2026-13-01', '2026-11-25T24:00', '2026-11-25T10:60', '10:00', '', '0000-01-01'])(
    "'%s' is no time",
    (text) => {
      expect(() => readMoment('start', text)).toThrow(
        expect.objectContaining({ code: 'VALIDATION_INVALID_PARAMETER', context: { parameter: 'start', value: text } }),
      );
    },
  );

  it('an event needs two of a kind and an end after its start, and whole days say how', () => {
    expect(() => event('2026-11-25', '2026-11-25T10:00')).toThrow('a date and a time');
    expect(() => event('2026-11-25T10:00', '2026-11-25T10:00')).toThrow('not after');
    expect(() => event('2026-11-30', '2026-11-30')).toThrow(
      expect.objectContaining({ suggestions: [expect.stringContaining('2026-12-01')] }),
    );
  });

  it('a listed period may be one day named twice, or mix dates and times', () => {
    expect(listed('2026-11-30', '2026-11-30')).toEqual({ start: '2026-11-30T00:00:00', end: '2026-12-01T00:00:00' });
    expect(listed('2026-11-30', '2026-12-01T12:00')).toEqual({
      start: '2026-11-30T00:00:00',
      end: '2026-12-01T12:00:00',
    });
    expect(() => listed('2026-12-02', '2026-12-01')).toThrow('before the start');
  });
});
