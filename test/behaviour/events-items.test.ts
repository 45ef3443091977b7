import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bench, describeBehaviour } from './harness.ts';

/** Sets an integration up at the home itself. */
async function addEntry({ rest }: Bench, handler: string, answers: object): Promise<string> {
  const { flow_id } = await rest('/config/config_entries/flow', { method: 'POST', body: { handler } });
  const { result } = await rest(`/config/config_entries/flow/${flow_id}`, { method: 'POST', body: answers });
  return result.entry_id;
}

const removeEntry = ({ rest }: Bench, id: string) => rest(`/config/config_entries/entry/${id}`, { method: 'DELETE' });

await describeBehaviour('to-do lists', (bench) => {
  const entity_id = 'todo.behaviour_list';
  let entry: string;
  beforeAll(async () => {
    entry = await addEntry(bench(), 'local_todo', { todo_list_name: 'Behaviour list' });
  });
  afterAll(() => removeEntry(bench(), entry));
  const set = (args: object) => bench().ok('ha_set_todo_item', { entity_id, ...args });
  const items = async () => (await bench().ws({ type: 'todo/item/list', entity_id })).items;

  it('take an item, change it by title or uid, and let it go', async () => {
    const { ok } = bench();
    const added = await set({ summary: 'Milk', description: 'two', due_date: '2030-12-24' });
    expect(added).toMatchObject({
      ...{ success: true, entity_id, item: 'Milk', description: 'two', due_date: '2030-12-24', due_datetime: null },
      message: expect.any(String),
    });
    await set({ summary: 'Bread', due_datetime: '2030-12-24 10:00:00' });
    const list = await ok('ha_get_todo', { entity_id });
    expect(list).toMatchObject({ entity_id, count: 2, status_filter: null });
    const [milk, bread] = list.items;
    expect(milk).toMatchObject({ summary: 'Milk', status: 'needs_action', description: 'two', due: '2030-12-24' });
    const done = await set({ item: 'Milk', status: 'completed' });
    expect(done).toMatchObject({ entity_id, item: 'Milk', updates: { status: 'completed' } });
    await set({ item: bread.uid, rename: 'Brown bread' });
    expect(await items()).toMatchObject([
      { uid: milk.uid, status: 'completed' },
      { uid: bread.uid, summary: 'Brown bread', due: expect.stringContaining('2030-12-24T10:00:00') },
    ]);
    const open = await ok('ha_get_todo', { entity_id, status: 'needs_action' });
    expect(open).toMatchObject({ count: 1, status_filter: 'needs_action', items: [{ summary: 'Brown bread' }] });
    const { todo_lists } = await ok('ha_get_todo');
    expect(todo_lists).toContainEqual(
      expect.objectContaining({ entity_id, friendly_name: 'Behaviour list', state: '1' }),
    );
    expect(await ok('ha_remove_todo_item', { entity_id, item: 'Milk' })).toMatchObject({ entity_id, item: 'Milk' });
    await ok('ha_remove_todo_item', { entity_id, item: bread.uid });
    expect(await items()).toEqual([]);
  });

  it.each([
    ['nothing to change', { item: 'x' }, 'VALIDATION_MISSING_PARAMETER'],
    ['neither title nor item', {}, 'VALIDATION_MISSING_PARAMETER'],
    ['an item it has not', { item: 'nope', status: 'completed' }, 'VALIDATION_FAILED'],
    ['a wrong status', { summary: 'x', status: 'done' }, 'VALIDATION_FAILED'],
    ['no date', { summary: 'x', due_date: 'soon' }, 'VALIDATION_INVALID_PARAMETER'],
    ['another domain', { entity_id: 'light.x', summary: 'x' }, 'VALIDATION_INVALID_PARAMETER'],
    ['an unknown list', { entity_id: 'todo.nowhere', summary: 'x' }, 'ENTITY_NOT_FOUND'],
  ])('refuse %s', (_title, args, code) => bench().fails('ha_set_todo_item', { entity_id, ...args }, code));

  it('refuse to be read or emptied of what is not there', async () => {
    const { fails } = bench();
    await fails('ha_get_todo', { entity_id: 'todo.nowhere' }, 'SERVICE_CALL_FAILED');
    await fails('ha_get_todo', { entity_id: 'light.x' }, 'VALIDATION_INVALID_PARAMETER');
    await fails('ha_remove_todo_item', { entity_id, item: 'nope' }, 'VALIDATION_FAILED');
    await fails('ha_remove_todo_item', { entity_id }, 'VALIDATION_FAILED');
  });
});

await describeBehaviour('calendars', (bench) => {
  const entity_id = 'calendar.behaviour_calendar';
  const [start, end] = ['2030-12-01T10:00:00', '2030-12-01T11:00:00'];
  const month = { entity_id, start: '2030-11-30', end: '2030-12-31' };
  let entry: string;
  beforeAll(async () => {
    entry = await addEntry(bench(), 'local_calendar', { calendar_name: 'Behaviour calendar', import: 'create_empty' });
  });
  afterAll(() => removeEntry(bench(), entry));
  const set = (args: object) => bench().ok('ha_config_set_calendar_event', { entity_id, start, end, ...args });

  it('take events of a time, of whole days and in series, and let them go', async () => {
    const { ok, rest } = bench();
    const made = await set({ summary: 'Dentist', description: 'left', location: 'Town' });
    expect(made).toMatchObject({
      ...{ success: true, entity_id, message: expect.any(String) },
      event: { summary: 'Dentist', start, end, description: 'left', location: 'Town', rrule: null },
    });
    await set({ summary: 'Holiday', start: '2030-12-02', end: '2030-12-03' });
    await set({ summary: 'Weekly', rrule: 'FREQ=WEEKLY;COUNT=3' });
    const list = await ok('ha_config_get_calendar_events', month);
    expect(list).toMatchObject({ entity_id, count: 5, total_available: 5, time_range: expect.anything() });
    const titles = ({ events }: { events: { summary: string }[] }) => events.map((event) => event.summary).sort();
    expect(titles(list)).toEqual(['Dentist', 'Holiday', 'Weekly', 'Weekly', 'Weekly']);
    expect(await ok('ha_config_get_calendar_events', { ...month, max_results: '2' })).toMatchObject({
      count: 2,
      total_available: 5,
    });
    const own = await rest(`/calendars/${entity_id}?start=2030-11-30T00:00:00Z&end=2030-12-31T00:00:00Z`);
    expect(own).toHaveLength(5);
    const [dentist] = list.events.filter((event: { summary: string }) => event.summary === 'Dentist');
    const [, , last] = list.events.filter((event: { summary: string }) => event.summary === 'Weekly');
    await set({ uid: dentist.uid, summary: 'Dentist at last' });
    const gone = await ok('ha_config_remove_calendar_event', {
      entity_id,
      uid: last.uid,
      recurrence_id: last.recurrence_id,
    });
    expect(gone).toMatchObject({ entity_id, uid: last.uid, recurrence_id: last.recurrence_id, recurrence_range: null });
    const after = await ok('ha_config_get_calendar_events', month);
    expect(titles(after)).toEqual(['Dentist at last', 'Holiday', 'Weekly', 'Weekly']);
    await ok('ha_config_remove_calendar_event', { entity_id, uid: dentist.uid });
    expect(await ok('ha_config_get_calendar_events', month)).toMatchObject({ count: 3 });
    expect(await ok('ha_config_get_calendar_events', { entity_id })).toMatchObject({ events: [], count: 0 });
  });

  it.each([
    ['another domain', { entity_id: 'light.x' }, 'VALIDATION_INVALID_PARAMETER'],
    ['an unknown calendar', { entity_id: 'calendar.nowhere' }, 'VALIDATION_FAILED'],
    ['an end before the start', { end: '2030-12-01T09:00:00' }, 'VALIDATION_INVALID_PARAMETER'],
    ['no time', { start: 'soon' }, 'VALIDATION_INVALID_PARAMETER'],
    ['an odd rule', { rrule: 'FREQ=SOMETIMES' }, 'VALIDATION_FAILED'],
  ])('refuse %s', (_title, args, code) =>
    bench().fails('ha_config_set_calendar_event', { entity_id, summary: 'x', start, end, ...args }, code),
  );

  it('refuse what is not there', async () => {
    const { fails } = bench();
    await fails('ha_config_get_calendar_events', { entity_id: 'calendar.nowhere' }, 'VALIDATION_FAILED');
    await fails('ha_config_remove_calendar_event', { entity_id: 'calendar.nowhere', uid: 'x' }, 'ENTITY_NOT_FOUND');
    await fails('ha_config_remove_calendar_event', { entity_id, uid: 'nope' }, 'SERVICE_CALL_FAILED');
    await fails('ha_config_set_calendar_event', { entity_id, summary: 'x', start }, 'VALIDATION_FAILED');
  });
});
