import { expect, test } from 'vitest';
import { testHome } from './testing/client.ts';

const hourMs = 3_600_000;
const isoAgo = (ms: number) => new Date(Date.now() - ms).toISOString();

test('history ends with what the sensor shows now and statistics agree with it', async () => {
  await using it = await testHome({ scenario: { entities: 20, devices: 2, automations: 0, eventsPerSecond: 0 } });
  const sensor = 'sensor.sensor_1';
  const history = await it.client.result('history/history_during_period', {
    start_time: isoAgo(24 * hourMs),
    entity_ids: [sensor],
  });
  const rows: { s: string; lu: number }[] = Object(history)[sensor];
  expect(rows.length).toBeGreaterThan(100);
  const shown = await it.rest('GET', `/api/states/${sensor}`);
  expect(shown.body).toMatchObject({ state: rows.at(-1)?.s });
  expect(rows.map(({ lu }) => lu)).toEqual(rows.map(({ lu }) => lu).sort((one, other) => one - other));
  const statistics = await it.client.result('recorder/statistics_during_period', {
    start_time: isoAgo(24 * hourMs),
    statistic_ids: [sensor],
    period: 'hour',
  });
  const hours: { start: number; end: number; mean: number }[] = Object(statistics)[sensor];
  expect(hours.length).toBeGreaterThan(21);
  for (const { start, end, mean } of hours) {
    const inside = rows.filter(({ lu }) => lu * 1000 >= start && lu * 1000 < end).map(({ s }) => Number(s));
    if (inside.length === 0) continue;
    const average = inside.reduce((sum, one) => sum + one, 0) / inside.length;
    expect(Math.abs(average - mean)).toBeLessThan(0.3);
  }
});

test('a meter never runs backwards', async () => {
  await using it = await testHome();
  const statistics = await it.client.result('recorder/statistics_during_period', {
    start_time: isoAgo(72 * hourMs),
    statistic_ids: ['sensor.house_energy'],
    period: 'hour',
    types: ['sum', 'change'],
  });
  const rows: { change: number }[] = Object(statistics)['sensor.house_energy'];
  expect(rows.length).toBeGreaterThan(60);
  expect(rows.every(({ change }) => change > 0)).toBe(true);
});

test('what is done to an entity is in its history and in the logbook', async () => {
  await using it = await testHome();
  const start_time = isoAgo(hourMs);
  await it.rest('POST', '/api/services/light/turn_on', { entity_id: 'light.hallway' });
  const history = await it.client.result('history/history_during_period', {
    start_time,
    entity_ids: ['light.hallway'],
    minimal_response: true,
  });
  expect(Object(history)['light.hallway'].map(({ s }: { s: string }) => s)).toEqual(['off', 'on']);
  const events = await it.client.result('logbook/get_events', { start_time, entity_ids: ['light.hallway'] });
  expect(events).toEqual([
    { state: 'on', entity_id: 'light.hallway', when: expect.any(Number), context_user_id: expect.any(String) },
  ]);
  const rest = await it.rest('GET', `/api/logbook/${start_time}?entity=light.hallway`);
  expect(rest.body).toMatchObject([{ state: 'on', name: 'Hallway light' }]);
});
