import { describe, expect, it } from 'vitest';
import { describeBehaviour } from './harness.ts';

const DEMO = 'update.demo_update_no_install';
const text = expect.any(String);

await describeBehaviour('the home as a whole', (bench) => {
  describe('updates', () => {
    it('are listed with their kind, as the home has them', async () => {
      const body = await bench().ok('ha_manage_updates');
      expect(body).toMatchObject({ success: true, updates_available: body.updates.length, include_skipped: false });
      expect(body.updates).toContainEqual(expect.objectContaining({ entity_id: DEMO, latest_version: '1.0.1' }));
      expect(Object.values(body.categories).flat()).toHaveLength(body.updates.length);
    });

    it('are shown one by one, with their notes where they have some', async () => {
      const get = { action: 'get', entity_ids: 'update.demo_update_with_progress' };
      expect(await bench().ok('ha_manage_updates', get)).toMatchObject({
        ...{ entity_id: get.entity_ids, state: text, update_available: expect.any(Boolean), installed_version: text },
        ...{ release_notes: expect.stringContaining('release notes') },
      });
      await bench().fails('ha_manage_updates', { ...get, entity_ids: 'update.nowhere' }, 'ENTITY_NOT_FOUND');
      await bench().fails('ha_manage_updates', { ...get, entity_ids: 'sun.sun' }, 'VALIDATION_INVALID_PARAMETER');
    });

    it('are skipped and taken back, at the home', async () => {
      const skipped = async () => (await bench().rest(`/states/${DEMO}`)).attributes.skipped_version;
      const change = (action: string) =>
        bench().ok('ha_manage_updates', { action, entity_ids: JSON.stringify([DEMO]) });
      expect(await change('skip')).toMatchObject({
        requested: 1,
        succeeded: 1,
        failed: 0,
        results: [{ success: true }],
      });
      expect(await skipped()).toBe('1.0.1');
      const listed = await bench().ok('ha_manage_updates', { include_skipped: 'true' });
      expect(listed.skipped_count).toBe(1);
      expect(listed.updates).toContainEqual(expect.objectContaining({ entity_id: DEMO, skipped_version: '1.0.1' }));
      await change('clear_skipped');
      expect(await skipped()).toBeNull();
    });

    it('that cannot be installed say so, and that nothing was changed', async () => {
      const body = await bench().ok('ha_manage_updates', { action: 'install', entity_ids: [DEMO] });
      expect(body).toMatchObject({
        success: false,
        requested: 1,
        succeeded: 0,
        failed: 1,
        note: /^Nothing was changed/,
      });
      expect(body.results[0]).toMatchObject({ success: false, error: { code: 'SERVICE_CALL_FAILED' } });
    });

    it.each([
      [{ action: 'install' }],
      [{ action: 'install', entity_ids: [DEMO], categories: ['devices'] }],
      [{ action: 'install', categories: ['core'] }],
      [{ action: 'upgrade' }],
    ])('%j is refused', async (args) => {
      await bench().fails('ha_manage_updates', args, 'VALIDATION_INVALID_PARAMETER');
    });
  });

  describe('reload and restart', () => {
    it('reads one part, or all, again', async () => {
      const one = await bench().ok('ha_reload_core', { target: 'automations' });
      expect(one).toMatchObject({ message: text, target: 'automations', service: 'automation.reload' });
      const all = await bench().ok('ha_reload_core');
      expect(all).toMatchObject({ target: 'all', reloaded: expect.arrayContaining(['automations', 'core', 'themes']) });
    });

    it('sets an integration up again', async () => {
      const [entry] = await bench().rest('/config/config_entries/entry?domain=sun');
      const body = await bench().ok('ha_reload_core', { entry_id: entry.entry_id });
      expect(body).toMatchObject({ entry_id: entry.entry_id, reloaded: true, require_restart: false });
      await bench().fails('ha_reload_core', { entry_id: 'nowhere' }, 'RESOURCE_NOT_FOUND');
    });

    it('names what can be reloaded', async () => {
      const body = await bench().fails('ha_reload_core', { target: 'everything' }, 'VALIDATION_INVALID_PARAMETER');
      expect(body.valid_targets).toEqual(expect.arrayContaining(['all', 'automations', 'input_buttons', 'zones']));
    });

    it('restarts nothing without confirm', async () => {
      for (const args of [{}, { confirm: false }, { confirm: 'false' }]) {
        await bench().fails('ha_restart', args, 'VALIDATION_INVALID_PARAMETER');
      }
    });
  });

  describe('themes', () => {
    it('are listed and set', async () => {
      const { data } = await bench().ok('ha_manage_theme', { action: 'list' });
      expect(data).toMatchObject({ count: data.themes.length, default_theme: text });
      const [theme] = data.themes;
      const set = await bench().ok('ha_manage_theme', { action: 'set', theme_name: theme, mode: 'dark' });
      expect(set.data).toMatchObject({ theme, mode: 'dark', default_dark_theme: theme });
      expect(await bench().ws({ type: 'frontend/get_themes' })).toMatchObject({ default_dark_theme: theme });
      await bench().ok('ha_manage_theme', { action: 'set', theme_name: 'none', mode: 'dark' });
    });

    it('need a name that is installed', async () => {
      await bench().fails('ha_manage_theme', { action: 'set' }, 'VALIDATION_MISSING_PARAMETER');
      await bench().fails('ha_manage_theme', { action: 'set', theme_name: 'nowhere' }, 'SERVICE_CALL_FAILED');
    });
  });

  describe('backups', () => {
    const manage = (args: object) => bench().ok('ha_manage_backup', args);

    it('are made as a job that each way of asking tells of', async () => {
      const name = `Behaviour ${Date.now()}`;
      const made = await manage({ scope: 'snapshot', action: 'create', name });
      expect(made).toMatchObject({
        name,
        status: 'completed',
        backup_id: text,
        date: text,
        duration_seconds: expect.any(Number),
      });
      expect(made.size_bytes).toBeGreaterThan(0);
      const { backups, count, total } = await manage({ scope: 'snapshot', action: 'list' });
      expect([count, total]).toEqual([backups.length, backups.length]);
      const row = { backup_id: made.backup_id, name, agent_ids: ['backup.local'], protected: false };
      expect(backups).toContainEqual(expect.objectContaining(row));
      expect(await bench().ok('ha_get_job', { job_id: made.job_id })).toMatchObject({ status: 'done' });
      const asOperation = await bench().ok('ha_get_operation_status', { operation_id: made.job_id });
      expect(asOperation).toMatchObject({ status: 'completed', success: true });
      await bench().ws({ type: 'backup/delete', backup_id: made.backup_id });
    });

    it('of edits are listed, shown, compared and restored', async () => {
      const { key } = bench();
      const write = (alias: string, identifier?: string) => {
        const actions = [{ action: 'homeassistant.check_config' }];
        const config = { alias, triggers: [{ trigger: 'time', at: '03:00:00' }], actions };
        return bench().ok('ha_config_set_automation', { config, identifier, BestPracticeKey: key });
      };
      const { unique_id: id, entity_id: entityId } = await write('Behaviour backup');
      await write('Behaviour backup changed', entityId);
      const list = await manage({ scope: 'edits', action: 'list', domain: 'automation', entity_id: id });
      const [kept] = list.data.backups;
      expect(list.data).toMatchObject({ count: 1, enabled: true });
      expect(kept).toMatchObject({ domain: 'automation', entity_id: id, size: expect.any(Number), timestamp: text });
      const backup_name = kept.name;
      const view = await manage({ scope: 'edits', action: 'view', backup_name });
      expect(view.data).toMatchObject({ domain: 'automation', config: { alias: 'Behaviour backup' } });
      const diff = await manage({ scope: 'edits', action: 'diff', backup_name });
      expect(diff.data).toMatchObject({ backup_name, entity_missing: false, unchanged: false, diff: /changed/ });
      const restored = await manage({ scope: 'edits', action: 'restore', backup_name });
      expect(restored.data).toMatchObject({ restored_from: backup_name, safety_backup: text });
      expect(await bench().rest(`/config/automation/config/${id}`)).toMatchObject({ alias: 'Behaviour backup' });
      await bench().ok('ha_config_remove_automation', { identifier: entityId });
      const gone = await manage({ scope: 'edits', action: 'list', domain: 'automation', entity_id: id, limit: '1' });
      await manage({ scope: 'edits', action: 'restore', backup_name: gone.data.backups[0].name });
      expect(await bench().rest(`/config/automation/config/${id}`)).toMatchObject({ alias: 'Behaviour backup' });
      await bench().ok('ha_config_remove_automation', { identifier: id });
      const deleted = await manage({ scope: 'edits', action: 'delete', backup_name });
      expect(deleted.data).toMatchObject({ deleted: [backup_name] });
      await bench().fails('ha_manage_backup', { scope: 'edits', action: 'view', backup_name }, 'RESOURCE_NOT_FOUND');
    });

    it.each([
      ['snapshot', 'view'],
      ['snapshot', 'diff'],
      ['snapshot', 'restore'],
      ['snapshot', 'delete'],
      ['edits', 'create'],
      ['edits', 'view'],
      ['edits', 'diff'],
      ['edits', 'restore'],
      ['edits', 'delete'],
    ])('%s %s without what it needs is refused', async (scope, action) => {
      const body = await bench().fails('ha_manage_backup', { scope, action }, 'VALIDATION_INVALID_PARAMETER');
      expect(body).toMatchObject({ scope, action });
    });
  });
});
