import { describeReal } from '@hub/real-home/describe-real.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listBackupAgents, readBackup, readBackupInfo, subscribeBackupEvents } from './backups.ts';
import { deleteConfigItem, readConfigItem, writeConfigItem } from './config-files.ts';
import { createDirectHome } from './direct.ts';
import { actionEffect } from './effects.ts';
import { createHelper, deleteHelper, listHelpers, readHelper, updateHelper } from './helpers.ts';
import { readHistory, readStatistics, readStatisticsMetadata } from './history.ts';
import type { Home } from './home.ts';
import { readErrorLog, readLogbook, readLogLevels, readSupervisorLog, readSystemLog } from './logs.ts';
import { createMirror } from './mirror.ts';
import { createView } from './mirrored-view.ts';
import { areaRegistry, floorRegistry, labelRegistry, readEntity, updateDevice, updateEntity } from './registries.ts';
import { callService, listServices, serviceTexts } from './services.ts';
import { readSystemHealth } from './system-health.ts';
import { expandTarget, extractEntities } from './targets.ts';
import { renderTemplate } from './template.ts';
import { getTrace, listTraces } from './traces.ts';
import type { View } from './view.ts';
import { waitForEntity, waitForGone } from './wait-for.ts';

const HOUR_MS = 3_600_000;
const LAMP = 'light.bed_light';
const QUICK = { deadlineMs: 10_000 };
const QUICK_POLL = { timeout: 10_000 };

await describeReal('against a real Home Assistant', (access) => {
  let home: Home;
  let view: View;
  beforeAll(async () => {
    home = createDirectHome({ id: 'real', url: access.url, token: access.token, allowPrivateAddresses: true });
    view = createView(home, createMirror(home));
    await home.ready();
  });
  afterAll(() => home.close());

  describe('configuration items', () => {
    const id = 'ha_package_item';
    const automation = (action: string, entityId: string) => ({
      alias: 'Ha package item',
      triggers: [],
      actions: [{ action, target: { entity_id: entityId } }],
    });

    test('an automation is written, read, judged by what it does, traced and deleted', async () => {
      await writeConfigItem(home, 'automation', id, automation('light.toggle', LAMP));
      const state = await waitForEntity(view, ({ attributes }) => attributes['id'] === id, QUICK);
      const entityId = state?.entity_id ?? '';
      expect(await readConfigItem(home, 'automation', id)).toMatchObject({ id, alias: 'Ha package item' });
      expect(await actionEffect('automation.trigger', [entityId], view)).toBe('control');

      await callService(home, 'automation', 'trigger', { target: { entity_id: entityId } });
      const [summary] = await listTraces(home, 'automation', id);
      const trace = await getTrace(home, 'automation', id, summary?.run_id ?? '');
      expect(trace).toMatchObject({ script_execution: 'finished', trace: { 'action/0': [{ path: 'action/0' }] } });
      expect(await getTrace(home, 'automation', id, 'no_such_run')).toBeUndefined();

      await writeConfigItem(home, 'automation', id, automation('lock.unlock', 'lock.front_door'));
      // Home Assistant reloads after it has answered.
      await expect.poll(() => actionEffect('automation.trigger', [entityId], view), QUICK_POLL).toBe('secure');

      await deleteConfigItem(home, 'automation', id);
      expect(await waitForGone(view, entityId, QUICK)).toBe(true);
      expect(await readConfigItem(home, 'automation', id)).toBeUndefined();
    });

    test('what Home Assistant finds wrong with an item comes as its own words', async () => {
      const writing = writeConfigItem(home, 'automation', id, { alias: 'x', actions: [{ action: 5 }], triggers: [] });
      await expect(writing).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
        message: expect.stringMatching(/^API error: 400 - .+/),
      });
      await expect(deleteConfigItem(home, 'script', 'no_such_script')).rejects.toMatchObject({
        code: 'VALIDATION_FAILED',
      });
    });

    test.skipIf(access.readOnlyToken === undefined)(
      'without an administrator nothing is asked that would count as a failed login',
      async () => {
        const reader = createDirectHome({
          id: 'reader',
          url: access.url,
          token: access.readOnlyToken ?? '',
          allowPrivateAddresses: true,
        });
        await expect(readConfigItem(reader, 'automation', id)).rejects.toMatchObject({
          code: 'AUTH_INSUFFICIENT_PERMISSIONS',
        });
        await expect(reader.send({ type: 'backup/info' })).rejects.toMatchObject({
          code: 'AUTH_INSUFFICIENT_PERMISSIONS',
        });
        expect(reader.info).toMatchObject({ state: 'running', isAdmin: false });
        await reader.close();
      },
    );
  });

  describe('helpers', () => {
    test('an update leaves what it does not name, although Home Assistant replaces the whole', async () => {
      const made = await createHelper(home, 'input_number', { name: 'Ha package', min: 0, max: 10, icon: 'mdi:ray' });
      try {
        await updateHelper(home, 'input_number', made.id, { max: 20 });
        expect(await readHelper(home, 'input_number', made.id)).toMatchObject({ min: 0, max: 20, icon: 'mdi:ray' });
      } finally {
        await deleteHelper(home, 'input_number', made.id);
      }
      expect(await readHelper(home, 'input_number', made.id)).toBeUndefined();
    });

    test('one that is not there is said to be missing', async () => {
      const missing = { code: 'RESOURCE_NOT_FOUND' };
      await expect(updateHelper(home, 'counter', 'none_such', {})).rejects.toMatchObject(missing);
      await expect(deleteHelper(home, 'counter', 'none_such')).rejects.toMatchObject(missing);
    });

    test('people are listed as the other kinds are', async () => {
      expect(await listHelpers(home, 'person')).toEqual(
        expect.arrayContaining([expect.objectContaining({ id: expect.any(String) })]),
      );
    });
  });

  describe('registries and targets', () => {
    test('floor, area and label reach the same entities here as in Home Assistant', async () => {
      const floor = await floorRegistry.create(home, { name: 'Ha package floor' });
      const label = await labelRegistry.create(home, { name: 'Ha package label' });
      const area = await areaRegistry.create(home, { name: 'Ha package area', floor_id: floor.floor_id });
      const device = (await view.devices()).values().next().value;
      const before = { area_id: device?.area_id ?? null };
      const entity = [...(await view.entities()).values()].find((one) => one.disabled_by === null);
      const entityId = entity?.entity_id ?? '';
      try {
        await updateDevice(home, device?.id ?? '', { area_id: area.area_id });
        await updateEntity(home, entityId, { labels: [label.label_id], area_id: area.area_id });
        expect(await readEntity(home, entityId)).toMatchObject({ area_id: area.area_id, labels: [label.label_id] });
        await expect
          .poll(async () => (await view.entities()).get(entityId)?.labels, QUICK_POLL)
          .toEqual([label.label_id]);
        for (const selector of [
          { area_id: area.area_id },
          { floor_id: floor.floor_id },
          { label_id: label.label_id },
          { device_id: device?.id },
          { area_id: area.area_id, exclude: { label_id: label.label_id } },
        ]) {
          const theirs = await extractEntities(view, selector);
          const { entityIds, missing } = await expandTarget(view, selector);
          expect([...entityIds].sort()).toEqual([...(theirs ?? [])].sort());
          expect(missing).toEqual([]);
        }
        const renamed = await areaRegistry.update(home, area.area_id, { icon: 'mdi:home' });
        expect(renamed).toMatchObject({ name: 'Ha package area', icon: 'mdi:home' });
      } finally {
        await updateDevice(home, device?.id ?? '', before);
        await updateEntity(home, entityId, { labels: entity?.labels ?? [], area_id: entity?.area_id ?? null });
        await areaRegistry.remove(home, area.area_id);
        await labelRegistry.remove(home, label.label_id);
        await floorRegistry.remove(home, floor.floor_id);
      }
    });
  });

  describe('the past', () => {
    const period = { start: new Date(Date.now() - HOUR_MS) };

    test('history comes oldest first with its times in milliseconds', async () => {
      await callService(home, 'light', 'toggle', { target: { entity_id: LAMP } });
      const changes = async () => (await readHistory(home, [LAMP], period, { withAttributes: true })).get(LAMP) ?? [];
      await expect.poll(async () => (await changes()).length, QUICK_POLL).toBeGreaterThan(1);
      const rows = await changes();
      const times = rows.map((row) => row.lastUpdatedMs);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(times.at(-1)).toBeGreaterThan(Date.now() - HOUR_MS);
      expect(rows[0]?.attributes).toMatchObject({ friendly_name: expect.any(String) });
    });

    test('statistics have units and rows', async () => {
      const id = 'sensor.outside_temperature';
      expect(await readStatisticsMetadata(home, [id])).toMatchObject([{ statistic_id: id, unit_class: 'temperature' }]);
      expect(await readStatistics(home, [id], period, { period: 'hour' })).toBeInstanceOf(Map);
    });

    test('logbook, system log, log file and levels are read', async () => {
      expect(await readLogbook(home, { ...period, entityIds: [LAMP] })).toEqual(
        expect.arrayContaining([expect.objectContaining({ entity_id: LAMP })]),
      );
      expect((await readSystemLog(home))[0]).toMatchObject({ level: expect.any(String) });
      expect(await readLogLevels(home)).toEqual(expect.arrayContaining([expect.objectContaining({ domain: 'light' })]));
      const file = await readErrorLog(home);
      expect(file === undefined || file.length > 0).toBe(true);
    });

    test('a home without a Supervisor says so instead of failing oddly', async () => {
      await expect(readSupervisorLog(home, 'core')).rejects.toMatchObject({ code: 'COMPONENT_NOT_INSTALLED' });
    });
  });

  test('system health is complete once every check has ended', async () => {
    const { domains, isComplete } = await readSystemHealth(home, { deadlineMs: 25_000 });
    expect(domains['homeassistant']?.info).toMatchObject({ version: expect.stringContaining('2026') });
    expect(isComplete).toBe(true);
  });

  test('system health that takes too long comes with what is known by then', async () => {
    const { domains } = await readSystemHealth(home, { deadlineMs: 1_500 });
    expect(Object.keys(domains)).toContain('recorder');
  });

  test('a template is rendered once, and what is wrong with it comes as its own words', async () => {
    const options = { timeoutS: 3, reportErrors: true };
    expect(await renderTemplate(home, "{{ states('sun.sun') }}", options)).toMatchObject({
      result: expect.stringMatching(/horizon/),
      listeners: { entities: ['sun.sun'] },
    });
    await expect(renderTemplate(home, '{{ 1 / 0 }}', options)).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringContaining('division by zero'),
    });
    await expect(renderTemplate(home, '{{ oops', options)).rejects.toMatchObject({ code: 'SERVICE_CALL_FAILED' });
  });

  test('services have fields and texts; an unknown one or bad data is a mistake of the caller', async () => {
    expect((await listServices(home))['light']?.['turn_on']).toMatchObject({ fields: expect.any(Object) });
    expect((await serviceTexts(home)).get('component.light.services.turn_on.name')).toEqual(expect.any(String));
    const unknown = callService(home, 'light', 'no_such_service');
    await expect(unknown).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    const wrong = callService(home, 'light', 'turn_on', { target: { entity_id: LAMP }, data: { brightness: 'x' } });
    await expect(wrong).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  test('the backup manager tells its state, its places and what it does', async () => {
    expect(await readBackupInfo(home)).toMatchObject({ state: expect.any(String) });
    expect(await listBackupAgents(home)).toEqual(
      expect.arrayContaining([expect.objectContaining({ agent_id: 'backup.local' })]),
    );
    expect(await readBackup(home, 'no_such_backup')).toBeUndefined();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const subscription = await subscribeBackupEvents(home, resolve);
    expect(await promise).toMatchObject({ manager_state: expect.any(String) });
    await subscription.close();
  });
});
