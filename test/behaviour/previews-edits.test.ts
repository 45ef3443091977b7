import { expect, it } from 'vitest';
import { describeBehaviour } from './harness.ts';

await describeBehaviour('a preview', (bench) => {
  it.each([
    ['ha_config_set_label', { name: 'Behaviour unseen' }],
    ['ha_config_set_category', { name: 'Behaviour unseen', scope: 'script' }],
    ['ha_set_area_or_floor', { kind: 'area', name: 'Behaviour unseen' }],
    ['ha_set_zone', { name: 'Behaviour unseen', latitude: 1, longitude: 2 }],
    ['ha_config_set_group', { object_id: 'behaviour_unseen', entities: ['sun.sun'] }],
    ['ha_config_set_helper', { helper_type: 'counter', name: 'Behaviour unseen' }],
    ['ha_config_set_script', { script_id: 'behaviour_unseen', config: { sequence: [] } }],
    ['ha_config_set_scene', { scene_id: 'behaviour_unseen', config: { name: 'Behaviour unseen', entities: {} } }],
    ['ha_config_set_dashboard', { url_path: 'behaviour-unseen', config: { views: [] } }],
    ['ha_config_set_dashboard_resource', { url: '/local/behaviour-unseen.js' }],
  ])('of %s shows what would be made, and makes nothing', async (tool, args) => {
    const guided = /set_(helper|script|scene|dashboard)$/.test(tool) ? { BestPracticeKey: bench().key } : {};
    const shown = await bench().ok(tool, { ...args, ...guided, preview: 'true' });
    expect(shown).toMatchObject({ success: true, preview: true, would_change: true, operation: 'create' });
    expect(shown.diff).toMatch(/^\+/m);
    // Nothing of it is there: the same call with preview would else show no creation.
    expect(await bench().ok(tool, { ...args, ...guided, preview: true })).toMatchObject({ operation: 'create' });
  });

  it('of a change shows the difference alone', async () => {
    const { ok, ws } = bench();
    const { label_id } = await ok('ha_config_set_label', { name: 'Behaviour seen', icon: 'mdi:eye' });
    const shown = await ok('ha_config_set_label', {
      label_id,
      name: 'Behaviour seen',
      icon: 'mdi:eye-off',
      preview: true,
    });
    expect(shown).toMatchObject({ operation: 'update', item: { kind: 'label', id: label_id } });
    expect(shown.diff).toContain('+  "icon": "mdi:eye-off"');
    expect(await ws({ type: 'config/label_registry/list' })).toContainEqual(
      expect.objectContaining({ label_id, icon: 'mdi:eye' }),
    );
    await ok('ha_config_remove_label', { label_id });
  });
});

await describeBehaviour('what was changed or removed', (bench) => {
  const kept = async (domain: string, entity_id: string) =>
    (await bench().ok('ha_manage_backup', { scope: 'edits', action: 'list', domain, entity_id })).data.backups;
  const restore = (backup_name: string) =>
    bench().ok('ha_manage_backup', { scope: 'edits', action: 'restore', backup_name, confirm: true });

  it('of a script, a scene and a dashboard is brought back as it was', async () => {
    const { ok, key, rest, ws } = bench();
    const made = { BestPracticeKey: key };
    const scene = { name: 'Behaviour back', entities: { 'sun.sun': { state: 'above_horizon' } } };
    await ok('ha_config_set_script', { ...made, script_id: 'behaviour_back', config: { alias: 'Back', sequence: [] } });
    await ok('ha_config_set_scene', { ...made, scene_id: 'behaviour_back', config: scene });
    await ok('ha_config_set_dashboard', {
      ...made,
      url_path: 'behaviour-back',
      config: { views: [{ title: 'Back' }] },
    });
    await ok('ha_config_remove_script', { script_id: 'behaviour_back' });
    await ok('ha_config_remove_scene', { scene_id: 'behaviour_back' });
    await ok('ha_config_delete_dashboard', { url_path: 'behaviour-back' });
    for (const [domain, id] of [
      ['script', 'behaviour_back'],
      ['scene', 'behaviour_back'],
      ['dashboard', 'behaviour-back'],
    ] as const) {
      const [newest] = await kept(domain, id);
      expect(newest).toMatchObject({ domain, entity_id: id, name: expect.stringMatching(new RegExp(`^${domain}\\.`)) });
      await restore(newest.name);
    }
    expect(await rest('/config/script/config/behaviour_back')).toMatchObject({ alias: 'Back' });
    expect(await rest('/config/scene/config/behaviour_back')).toMatchObject(scene);
    expect(await ws({ type: 'lovelace/config', url_path: 'behaviour-back' })).toEqual({ views: [{ title: 'Back' }] });
    await ok('ha_config_remove_script', { script_id: 'behaviour_back' });
    await ok('ha_config_remove_scene', { scene_id: 'behaviour_back' });
    await ok('ha_config_delete_dashboard', { url_path: 'behaviour-back' });
  });

  it('of a label, an area, a zone and a helper is kept', async () => {
    const { ok, key } = bench();
    const { label_id } = await ok('ha_config_set_label', { name: 'Behaviour held' });
    const { area_id: id } = await ok('ha_set_area_or_floor', { kind: 'area', name: 'Behaviour held' });
    const { zone_id } = await ok('ha_set_zone', { name: 'Behaviour held', latitude: 5, longitude: 5 });
    const helper = { helper_type: 'counter', name: 'Behaviour held', BestPracticeKey: key };
    const { entity_id, data } = await ok('ha_config_set_helper', helper);
    await ok('ha_config_remove_label', { label_id });
    await ok('ha_remove_area_or_floor', { kind: 'area', id });
    await ok('ha_remove_zone', { zone_id });
    await ok('ha_remove_helpers_integrations', { target: entity_id, confirm: true });
    const { data: all } = await ok('ha_manage_backup', { scope: 'edits', action: 'list' });
    for (const of of [label_id, id, zone_id, data.id])
      expect(all.backups).toContainEqual(expect.objectContaining({ entity_id: of, timestamp: expect.any(String) }));
  });
});
