import { describe, expect, it, test } from 'vitest';
import { parseWindow, type WindowState, windowsAt, windowText } from './maintenance-windows.ts';

const BERLIN = 'Europe/Berlin';

function windows(...texts: string[]) {
  return texts.map((text) => {
    const window = parseWindow(text);
    if (!window) throw new Error(`'${text}' was not understood`);
    return window;
  });
}

/** `open until …` or `closed until …`, in UTC. */
function at(text: string | readonly string[], now: string, zone = BERLIN): string {
  const state: WindowState = windowsAt(windows(...[text].flat()), zone, new Date(now));
  const until = state.isOpen ? state.closesAt : state.opensAt;
  return `${state.isOpen ? 'open' : 'closed'} until ${until?.toISOString().slice(0, 16).replace('T', ' ')}`;
}

describe('a window', () => {
  it('is open from its first minute up to its last, by the clock of the home', () => {
    const night = 'weekdays 02:00-05:00';
    // 2026-11-02 is a Monday; Berlin is an hour ahead of UTC.
    expect(at(night, '2026-11-02T00:59:59.999Z')).toBe('closed until 2026-11-02 01:00');
    expect(at(night, '2026-11-02T01:00:00Z')).toBe('open until 2026-11-02 04:00');
    expect(at(night, '2026-11-02T03:59:59.999Z')).toBe('open until 2026-11-02 04:00');
    expect(at(night, '2026-11-02T04:00:00Z')).toBe('closed until 2026-11-03 01:00');
    expect(at(night, '2026-11-02T01:30:00Z', 'America/New_York')).toBe('closed until 2026-11-02 07:00');
  });

  it('stays shut on other days', () => {
    expect(at('weekdays 02:00-05:00', '2026-11-06T12:00:00Z')).toBe('closed until 2026-11-09 01:00');
    expect(at('sun 02:00-05:00', '2026-11-01T12:00:00Z')).toBe('closed until 2026-11-08 01:00');
  });

  it('that ends before it begins goes on past midnight, and belongs to the day on which it opens', () => {
    const late = 'fri 22:00-06:00';
    expect(at(late, '2026-11-06T20:59:00Z')).toBe('closed until 2026-11-06 21:00');
    expect(at(late, '2026-11-06T23:30:00Z')).toBe('open until 2026-11-07 05:00');
    expect(at(late, '2026-11-07T04:59:00Z')).toBe('open until 2026-11-07 05:00');
    expect(at(late, '2026-11-07T21:30:00Z')).toBe('closed until 2026-11-13 21:00');
  });

  it('may last the whole day, and days that touch are one', () => {
    expect(at('sat,sun 00:00-24:00', '2026-11-07T12:00:00Z')).toBe('open until 2026-11-08 23:00');
    expect(at(['daily 02:00-03:00', 'daily 03:00-04:00', 'daily 02:30-03:30'], '2026-11-07T01:10:00Z')).toBe(
      'open until 2026-11-07 03:00',
    );
  });

  it('is judged by the day of the home and not of UTC', () => {
    // Sunday there, Saturday in UTC.
    expect(at('sun 08:00-10:00', '2026-11-07T19:30:00Z', 'Pacific/Auckland')).toBe('open until 2026-11-07 21:00');
  });
});

test('several are open when one of them is, and the next is the first to open', () => {
  const both = ['daily 02:00-05:00', 'sat 12:00-14:00'];
  expect(at(both, '2026-11-07T11:30:00Z')).toBe('open until 2026-11-07 13:00');
  expect(at(both, '2026-11-07T10:30:00Z')).toBe('closed until 2026-11-07 11:00');
  expect(at(both, '2026-11-08T10:30:00Z')).toBe('closed until 2026-11-09 01:00');
});

test('without any, changes may always be made', () => {
  expect(windowsAt([], BERLIN, new Date())).toEqual({ isOpen: true, closesAt: undefined });
});

describe('when the clock is set forward, from 02:00 to 03:00', () => {
  it('a window that begins in the hour that is skipped opens at the change', () => {
    expect(at('daily 02:30-05:00', '2026-03-29T00:59:00Z')).toBe('closed until 2026-03-29 01:00');
    expect(at('daily 02:30-05:00', '2026-03-29T01:00:00Z')).toBe('open until 2026-03-29 03:00');
  });

  it('one that ends in it closes at the change', () => {
    expect(at('daily 01:00-02:30', '2026-03-29T00:59:00Z')).toBe('open until 2026-03-29 01:00');
    expect(at('daily 01:00-02:30', '2026-03-29T01:00:00Z')).toBe('closed until 2026-03-29 23:00');
  });

  it('one that lies in it does not open that day', () => {
    expect(at('daily 02:00-03:00', '2026-03-29T00:30:00Z')).toBe('closed until 2026-03-30 00:00');
    expect(at('sun 02:10-02:50', '2026-03-28T12:00:00Z')).toBe('closed until 2026-04-05 00:10');
  });

  it('goes by minutes also where the change is one of half an hour', () => {
    // Lord Howe: 02:00 becomes 02:30 on 2026-10-04, which is 15:30 UTC of the day before.
    expect(at('daily 02:10-04:00', '2026-10-03T15:00:00Z', 'Australia/Lord_Howe')).toBe(
      'closed until 2026-10-03 15:30',
    );
  });
});

describe('when the clock is set back, from 03:00 to 02:00', () => {
  it('a window over the change is an hour longer', () => {
    expect(at('daily 02:00-05:00', '2026-10-25T00:00:00Z')).toBe('open until 2026-10-25 04:00');
  });

  it('a time that comes twice counts the first time', () => {
    expect(at('daily 02:30-05:00', '2026-10-25T00:00:00Z')).toBe('closed until 2026-10-25 00:30');
    expect(at('daily 01:00-02:30', '2026-10-25T00:29:00Z')).toBe('open until 2026-10-25 00:30');
    expect(at('daily 01:00-02:30', '2026-10-25T01:10:00Z')).toBe('closed until 2026-10-26 00:00');
  });
});

test('for a whole year each minute that is open lies in the hours of its day, and each opening is a minute that is open', () => {
  const texts = ['weekdays 02:15-03:45', 'sat 23:30-01:10'];
  const all = windows(...texts);
  const local = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone: BERLIN, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  });
  const end = Date.parse('2027-01-01T00:00:00Z');
  let open = 0;
  for (let ms = Date.parse('2026-01-01T00:00:00Z'); ms < end; ms += 23 * 60_000) {
    const state = windowsAt(all, BERLIN, new Date(ms));
    const [day = '', time = ''] = local.format(ms).split(/,? /);
    const isWeekday = !['Sat', 'Sun'].includes(day) && time >= '02:15' && time < '03:45';
    const isNight = (day === 'Sat' && time >= '23:30') || (day === 'Sun' && time < '01:10');
    // None of these hours comes twice, so the clock alone tells.
    expect([local.format(ms), state.isOpen]).toEqual([local.format(ms), isWeekday || isNight]);
    if (state.isOpen) open += 1;
    else expect(windowsAt(all, BERLIN, state.opensAt).isOpen).toBe(true);
  }
  expect(open).toBeGreaterThan(500);
});

describe('as people write it', () => {
  const same = (text: string) => windowText(windows(text)[0] ?? windows('daily 00:00-01:00')[0]!);

  it('days are words, lists and ranges, also over the end of the week', () => {
    expect(same('Mon-Fri  2:00-05:00'.replace(' 2:', ' 02:'))).toBe('weekdays 02:00-05:00');
    expect(same('sat-mon 22:00-06:00')).toBe('mon,sat,sun 22:00-06:00');
    expect(same('sun,sat 00:00-24:00')).toBe('weekends 00:00-24:00');
    expect(same('mon-sun 12:00-13:00')).toBe('daily 12:00-13:00');
    expect(same('thu 09:30-10:00')).toBe('thu 09:30-10:00');
  });

  it('anything else is not understood', () => {
    for (const text of [
      ...['', 'daily', '02:00-05:00', 'daily 02:00', 'daily 2:00-5:00', 'daily 25:00-05:00', 'daily 02:00-24:30'],
      ...['daily 02:00-02:00', 'mon- 02:00-05:00', 'mon-tue-wed 02:00-05:00', 'day 02:00-05:00', 'daily 02:00-05:00 x'],
      'constructor 02:00-05:00',
    ]) {
      expect([text, parseWindow(text)]).toEqual([text, undefined]);
    }
  });
});
