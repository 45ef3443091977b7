import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool as set } from './set.ts';
import { inCalendar, march } from './testing/in-calendar.ts';

await describeRealHome('ha_config_set_calendar_event', (context) => {
  it('a new event comes back with its uid, is listed, kept as an edit, and its twin gets another uid', () =>
    inCalendar(context, 'Event test new', async (entityId, at) => {
      const dentist = {
        entity_id: entityId,
        summary: 'Dentist',
        start: '2027-03-10T10:00:00',
        end: '2027-03-10 11:00',
        description: 'bring the card',
        location: 'Main street 1',
      };
      const made = await runTool(set, dentist, at);
      expect(made).toMatchObject({
        entity_id: entityId,
        event: { summary: 'Dentist', start: '2027-03-10T10:00:00', location: 'Main street 1', rrule: null },
        result: { start: { dateTime: '2027-03-10T10:00:00+01:00' }, description: 'bring the card', uid: made.uid },
      });
      expect(made).not.toHaveProperty('partial');
      const twin = await runTool(set, dentist, at);
      expect(twin.uid).not.toBe(made.uid);
      expect((await march(entityId, at)).map(({ uid }) => uid)).toEqual([made.uid, twin.uid]);
      expect(at.keptEdits).toMatchObject([
        {
          item: { kind: 'calendar_event', id: `${entityId}/${made.uid}` },
          before: undefined,
          after: { uid: made.uid },
        },
        { item: { id: `${entityId}/${twin.uid}` } },
      ]);
    }));

  it('a change keeps what it leaves out, and what stood before', () =>
    inCalendar(context, 'Event test change', async (entityId, at) => {
      const day = { entity_id: entityId, summary: 'Holiday', start: '2027-03-20', end: '2027-03-21' };
      const { uid } = await runTool(set, { ...day, description: 'all free' }, at);
      const moved = { ...day, summary: 'Holidays', end: '2027-03-25', uid: String(uid) };
      const changed = await runTool(set, moved, at);
      expect(changed).toMatchObject({
        uid,
        result: { summary: 'Holidays', end: { date: '2027-03-25' }, description: 'all free' },
      });
      expect(at.keptEdits.at(-1)).toMatchObject({
        item: { id: `${entityId}/${uid}` },
        before: { summary: 'Holiday', end: { date: '2027-03-21' } },
        after: { summary: 'Holidays' },
      });
      expect((await runTool(set, { ...moved, description: '' }, at)).result).toMatchObject({ description: '' });
    }));

  it('a series whose rule begins later than its start is found all the same', () =>
    inCalendar(context, 'Event test late', async (entityId, at) => {
      const late = {
        summary: 'Club',
        start: '2027-03-03T20:00',
        end: '2027-03-03T21:00',
        rrule: 'FREQ=WEEKLY;BYDAY=MO',
      };
      const made = await runTool(set, { entity_id: entityId, ...late }, at);
      expect(made).not.toHaveProperty('partial');
      expect(made.uid).toEqual(expect.any(String));
    }));

  it('refuses what is no calendar, is not there or cannot be written to', async () => {
    const at = context();
    const refused = (entityId: string, more: object = {}) =>
      expect(runTool(set, { entity_id: entityId, summary: 'X', start: '2027-03-01', end: '2027-03-02', ...more }, at))
        .rejects;
    await refused('light.bed_light').toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { parameter: 'entity_id' },
    });
    await refused('calendar.no_such_one').toMatchObject({
      code: 'VALIDATION_FAILED',
      context: { available_calendars: expect.arrayContaining(['calendar.calendar_1']) },
    });
    await refused('calendar.calendar_1').toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      suggestions: [expect.stringContaining('only be read')],
    });
    await refused('calendar.calendar_1', { summary: ' ' }).toMatchObject({ context: { parameter: 'summary' } });
    await refused('calendar.calendar_1', { recurrence_id: '20270301' }).toMatchObject({
      context: { parameter: 'uid' },
    });
    expect(at.keptEdits).toEqual([]);
  });

  it('refuses an unknown uid and a rule that Home Assistant does not take', () =>
    inCalendar(context, 'Event test unknown', async (entityId, at) => {
      const one = { entity_id: entityId, summary: 'X', start: '2027-03-01', end: '2027-03-02' };
      await expect(runTool(set, { ...one, uid: 'no-such-event' }, at)).rejects.toMatchObject({
        code: 'SERVICE_CALL_FAILED',
        suggestions: [expect.stringContaining('uid')],
      });
      const hourly = { ...one, rrule: 'FREQ=HOURLY' };
      await expect(runTool(set, hourly, at)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
      expect(at.keptEdits).toEqual([]);
    }));
});
