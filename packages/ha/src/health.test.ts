import { expect, test } from 'vitest';
import { createDirectHome } from './direct.ts';
import { readHealth } from './health.ts';
import { startScriptedHome } from './testing/scripted-home.ts';

const config = { state: 'RUNNING', components: ['hassio'], time_zone: 'UTC', location_name: '' };
const state = (entity_id: string, value: string, attributes: object = {}) => ({ entity_id, state: value, attributes });
const backup = (date: string, facts: object) => ({
  ...{ backup_id: date, name: date, date, agents: { 'hassio.local': { size: 1 } } },
  ...facts,
});
const battery = { device_class: 'battery', unit_of_measurement: '%' };

/** What one look finds at a home that answers so; what it is not told, it refuses. */
async function healthOf(answers: Readonly<Record<string, unknown>>) {
  await using scripted = await startScriptedHome();
  scripted.answer = ({ id, type }, socket) => {
    const answer = { get_config: config, get_states: [], ...answers }[type];
    if (answer !== undefined || type === 'auth/current_user' || type === 'supported_features') return answer;
    socket.send(JSON.stringify({ id, type: 'result', success: false, error: { code: 'unauthorized', message: 'no' } }));
    return undefined;
  };
  const home = createDirectHome({ id: 'h', url: scripted.url, token: 't', allowPrivateAddresses: true });
  await using _open = { [Symbol.asyncDispose]: () => home.close() };
  await home.ready();
  return await readHealth(home);
}

test('one look tells versions, updates, disk, repairs, entities and batteries', async () => {
  const states = [
    state('update.core', 'on', { title: 'Home Assistant Core', latest_version: '2026.11.1' }),
    state('update.os', 'off', { title: 'Home Assistant Operating System', latest_version: '17.1' }),
    state('update.lock', 'on', { title: 'Lock' }),
    state('light.away', 'unavailable'),
    state('sensor.low', '15', battery),
    state('sensor.full', '90', battery),
    state('sensor.unknown', 'unknown', battery),
    state('binary_sensor.low', 'on', { device_class: 'battery' }),
  ];
  const issue = { issue_id: 'i', domain: 'hue' };
  const found = await healthOf({
    get_states: states,
    'repairs/list_issues': {
      issues: [
        { ...issue, ignored: false },
        { ...issue, ignored: true },
      ],
    },
    'supervisor/api': { disk_free: 3.5, disk_total: 30 },
  });
  expect(found).toEqual({
    ...{
      coreUpdate: '2026.11.1',
      osUpdate: undefined,
      updatesPending: 2,
      lastBackupAt: undefined,
      hasBackup: undefined,
    },
    ...{ diskFreeBytes: 3_500_000_000, diskTotalBytes: 30_000_000_000, repairs: 1 },
    ...{ unavailableEntities: 1, lowBatteries: 2 },
  });
});

test('the last backup is the newest that brings the home back: one of an app alone is none', async () => {
  const backups = [
    backup('2026-11-02T03:00:00+01:00', { homeassistant_included: true }),
    backup('2026-11-09T03:00:00+01:00', { homeassistant_included: null }),
    backup('2026-11-20T03:00:00+01:00', { homeassistant_included: false }),
  ];
  const { lastBackupAt } = await healthOf({ 'backup/info': { state: 'idle', backups } });
  expect(lastBackupAt).toEqual(new Date('2026-11-09T02:00:00Z'));
});

test('that a home has no backup of its whole is told where every place could be asked', async () => {
  const ofApp = [backup('2026-11-20T03:00:00+01:00', { homeassistant_included: false })];
  const seen = async (facts: object) => (await healthOf({ 'backup/info': { state: 'idle', ...facts } })).hasBackup;
  expect(await seen({ backups: [] })).toBe(false);
  expect(await seen({ backups: ofApp })).toBe(false);
  expect(await seen({ backups: ofApp, agent_errors: { 'cloud.cloud': 'no way there' } })).toBeUndefined();
  expect(await seen({ backups: [...ofApp, backup('2026-11-02T03:00:00+01:00', {})] })).toBe(true);
});

test('what a home does not let the hub see is not known, and the rest is', async () => {
  expect(await healthOf({})).toMatchObject({
    ...{
      updatesPending: 0,
      lastBackupAt: undefined,
      hasBackup: undefined,
      diskFreeBytes: undefined,
      repairs: undefined,
    },
  });
});
