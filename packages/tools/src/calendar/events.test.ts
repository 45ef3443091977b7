import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool as list } from './events.ts';
import { tool as set } from './set.ts';
import { inCalendar } from './testing/in-calendar.ts';

await describeRealHome('ha_config_get_calendar_events', (context) => {
  it('the next week is shown unless told, as many events as asked for', () =>
    inCalendar(context, 'Event test week', async (entityId, at) => {
      const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
      const daily = { summary: 'Walk', start: `${tomorrow}T12:00:00Z`, end: `${tomorrow}T13:00:00Z` };
      await runTool(set, { entity_id: entityId, ...daily, rrule: 'FREQ=DAILY;COUNT=30' }, at);
      const week = await runTool(list, { entity_id: entityId, max_results: 2 }, at);
      expect(week).toMatchObject({ count: 2, message: expect.stringContaining('max_results') });
      expect(week.total_available).toBeGreaterThanOrEqual(6);
      expect(week.total_available).toBeLessThanOrEqual(7);
    }));

  it('refuses what is no calendar or not there, and less than one event', async () => {
    const refused = (args: object) => expect(runTool(list, args, context())).rejects;
    await refused({ entity_id: 'light.bed_light' }).toMatchObject({ context: { parameter: 'entity_id' } });
    await refused({ entity_id: 'calendar.no_such_one' }).toMatchObject({
      code: 'VALIDATION_FAILED',
      context: { available_calendars: expect.arrayContaining(['calendar.calendar_1']) },
    });
    await refused({ entity_id: 'calendar.calendar_1', max_results: 0 }).toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { parameter: 'max_results' },
    });
  });
});
