import { describe, expect, it } from 'vitest';
import { parseLog } from './records.ts';

describe('parseLog', () => {
  it('a traceback belongs to the record before it', () => {
    const text = [
      '2026-11-22 10:00:00.123+00:00 ERROR (MainThread) [homeassistant.components.met] Could not update',
      'Traceback (most recent call last):',
      '  File "met.py", line 1, in update',
      '2026-11-22 10:00:01.000 WARNING (Recorder) [homeassistant.components.recorder] Slow',
      '',
    ].join('\n');
    expect(parseLog(text)).toEqual([
      {
        lines: text.split('\n').slice(0, 3),
        level: 'ERROR',
        component: 'homeassistant.components.met',
        message: 'Could not update',
        at: '2026-11-22 10:00:00.123+00:00',
      },
      expect.objectContaining({ level: 'WARNING', component: 'homeassistant.components.recorder', message: 'Slow' }),
    ]);
  });

  it.each([
    [
      "the Supervisor's",
      '\u001b[33m26-11-22 10:00:00 WARNING (MainThread) [supervisor.jobs] Busy\u001b[0m',
      'supervisor.jobs',
      'Busy',
    ],
    ["an app's", '[10:00:00] WARNING: No config', undefined, 'No config'],
    ["a library's", '2026-11-22T10:00:00Z warn  disk is slow', undefined, 'disk is slow'],
    ["the host's", '2026-11-22 10:00:00.000 homeassistant kernel[123]: [WARNING] disk', undefined, 'disk'],
  ])('reads a line of %s log', (_title, line, component, message) => {
    expect(parseLog(line)).toMatchObject([{ level: 'WARNING', component, message }]);
  });

  it('in a log without times each line stands for itself', () => {
    expect(parseLog('one\ntwo\n').map(({ lines }) => lines)).toEqual([['one'], ['two']]);
  });

  it('an empty log has no records', () => expect(parseLog('')).toEqual([]));
});
