import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool as remove } from './remove.ts';
import { tool as set } from './set.ts';
import { inCalendar, march } from './testing/in-calendar.ts';

await describeRealHome('ha_config_remove_calendar_event', (context) => {
  it('of a series one event, all later ones or the whole is changed and removed', () =>
    inCalendar(context, 'Event test series', async (entityId, at) => {
      const lesson = { entity_id: entityId, start: '2027-03-01T17:00', end: '2027-03-01T18:00' };
      const made = await runTool(set, { ...lesson, summary: 'Piano', rrule: 'RRULE:FREQ=DAILY;COUNT=6' }, at);
      const uid = String(made.uid);
      const titles = async () => (await march(entityId, at)).map(({ summary }) => summary);
      const idAt = async (index: number) => String((await march(entityId, at))[index]?.['recurrence_id']);

      const second = { ...lesson, start: '2027-03-02T17:00', end: '2027-03-02T18:00' };
      await runTool(set, { ...second, summary: 'Violin', uid, recurrence_id: await idAt(1) }, at);
      expect(await titles()).toEqual(['Piano', 'Violin', 'Piano', 'Piano', 'Piano', 'Piano']);

      const fourth = { ...lesson, start: '2027-03-04T17:00', end: '2027-03-04T18:00' };
      const range = { uid, recurrence_id: await idAt(3), recurrence_range: 'thisandfuture' };
      await runTool(set, { ...fourth, summary: 'Drums', ...range }, at);
      expect(await titles()).toEqual(['Piano', 'Violin', 'Piano', 'Drums', 'Drums', 'Drums']);

      const gone = { entity_id: entityId, uid };
      expect(await runTool(remove, { ...gone, recurrence_id: await idAt(0) }, at)).toMatchObject({
        recurrence_range: null,
        result: { summary: 'Piano' },
        message: expect.stringContaining('one event'),
      });
      expect(await titles()).toEqual(['Violin', 'Piano', 'Drums', 'Drums', 'Drums']);
      await runTool(remove, { ...gone, recurrence_id: await idAt(3), recurrence_range: 'THISANDFUTURE' }, at);
      expect(await titles()).toEqual(['Violin', 'Piano', 'Drums']);
      await runTool(remove, gone, at);
      expect(await titles()).toEqual([]);
      expect(at.keptEdits.at(-1)).toMatchObject({ before: { uid }, after: undefined });
    }));

  it('refuses an unknown calendar or uid, and references that would reach more than they say', () =>
    inCalendar(context, 'Event test refusals', async (entityId, at) => {
      const gone = { entity_id: entityId, uid: 'no-such-event' };
      const refused = (args: object) => expect(runTool(remove, { ...gone, ...args }, at)).rejects;
      await refused({ entity_id: 'calendar.no_such_one' }).toMatchObject({ code: 'ENTITY_NOT_FOUND' });
      await refused({}).toMatchObject({
        code: 'SERVICE_CALL_FAILED',
        suggestions: [expect.stringContaining('uid')],
      });
      const range = { context: { parameter: 'recurrence_range' } };
      await refused({ recurrence_range: 'THISANDFUTURE' }).toMatchObject(range);
      await refused({ recurrence_id: '20270301', recurrence_range: 'ALL' }).toMatchObject(range);
      await refused({ uid: ' ' }).toMatchObject({ context: { parameter: 'uid' } });
      expect(at.keptEdits).toEqual([]);
    }));
});
