import { afterAll, describe, expect, it } from 'vitest';
import { describeBehaviour } from './harness.ts';

const text = expect.any(String);

await describeBehaviour('energy, voice and what is absent', (bench) => {
  describe('energy preferences', () => {
    const energy = (args: object) => bench().ok('ha_manage_energy_prefs', args);
    const refused = (args: object, code: string) => bench().fails('ha_manage_energy_prefs', args, code);
    const empty = { energy_sources: [], device_consumption: [], device_consumption_water: [] };
    afterAll(() => bench()?.ws({ type: 'energy/save_prefs', ...empty }));

    it('are read, changed one by one and seen at the home', async () => {
      const before = await energy({ mode: 'get' });
      expect(before).toMatchObject({ mode: 'get', config: expect.objectContaining(empty), config_hash: text });
      expect(Object.keys(before.config_hash_per_key).sort()).toEqual(Object.keys(empty).sort());

      const device = { stat_consumption: 'sensor.behaviour_energy', name: 'Behaviour' };
      const dry = await energy({ mode: 'add_device', ...device, dry_run: 'true' });
      expect(dry).toMatchObject({ dry_run: true, would_add: device, current_count: 0 });
      const added = await energy({ mode: 'add_device', ...device });
      expect(added).toMatchObject({
        mode: 'add_device',
        target_key: 'device_consumption',
        new_count: 1,
        message: text,
      });
      const prefs = await bench().ws({ type: 'energy/get_prefs' });
      expect(prefs.device_consumption).toEqual([device]);
      await refused({ mode: 'add_device', ...device }, 'RESOURCE_ALREADY_EXISTS');
      await refused({ mode: 'set', config: empty, config_hash: before.config_hash }, 'RESOURCE_LOCKED');

      const source = { type: 'solar', stat_energy_from: 'sensor.behaviour_solar' };
      expect(await energy({ mode: 'add_source', source: JSON.stringify(source) })).toMatchObject({ new_count: 1 });
      const removed = await energy({ mode: 'remove_device', stat_consumption: device.stat_consumption });
      expect(removed).toMatchObject({ target_key: 'device_consumption', new_count: 0 });
      await refused({ mode: 'remove_device', stat_consumption: device.stat_consumption }, 'RESOURCE_NOT_FOUND');

      const { config_hash_per_key: hashes } = await energy({ mode: 'get' });
      const config_hash = { energy_sources: hashes.energy_sources };
      const set = await energy({ mode: 'set', config: { energy_sources: [] }, config_hash });
      expect(set).toMatchObject({ mode: 'set', config_hash: before.config_hash, message: text });
    });

    it.each([
      [{ mode: 'set' }, 'VALIDATION_MISSING_PARAMETER'],
      [{ mode: 'set', config: empty }, 'VALIDATION_MISSING_PARAMETER'],
      [{ mode: 'add_device' }, 'VALIDATION_MISSING_PARAMETER'],
      [{ mode: 'remove_device' }, 'VALIDATION_MISSING_PARAMETER'],
      [{ mode: 'add_source' }, 'VALIDATION_MISSING_PARAMETER'],
      [{ mode: 'add_source', source: { type: 'tidal' } }, 'VALIDATION_FAILED'],
      [{ mode: 'everything' }, 'VALIDATION_FAILED'],
    ])('%j is refused', async (args, code) => {
      await refused(args, code);
    });
  });

  describe('voice pipelines', () => {
    const pipeline = (args: object) => bench().ok('ha_manage_pipeline', args);

    it('are listed, made, changed and preferred', async () => {
      const list = await pipeline({ action: 'list' });
      expect(list).toMatchObject({ operation: 'list', count: list.pipelines.length, preferred_pipeline: text });
      const engine = { conversation_engine: 'conversation.home_assistant', language: 'en' };
      const made = await pipeline({ action: 'create', name: 'Behaviour', ...engine });
      expect(made).toMatchObject({ pipeline: { name: 'Behaviour', conversation_engine: engine.conversation_engine } });
      const pipeline_id = made.pipeline_id;
      const changed = await pipeline({
        action: 'update',
        pipeline_id,
        name: 'Behaviour 2',
        prefer_local_intents: 'true',
      });
      expect(changed.pipeline).toMatchObject({ name: 'Behaviour 2', prefer_local_intents: true });
      expect(await pipeline({ action: 'get', pipeline_id })).toMatchObject({ pipeline: { name: 'Behaviour 2' } });
      await pipeline({ action: 'set_preferred', pipeline_id });
      const { preferred_pipeline } = await bench().ws({ type: 'assist_pipeline/pipeline/list' });
      expect(preferred_pipeline).toBe(pipeline_id);
      await pipeline({ action: 'set_preferred', pipeline_id: list.preferred_pipeline });
      await bench().ws({ type: 'assist_pipeline/pipeline/delete', pipeline_id });
    });

    it('run a sentence and say what came of it', async () => {
      const done = await pipeline({ action: 'process', sentence: 'turn on bed light', language: 'en' });
      expect(done).toMatchObject({ response_type: 'action_done', speech: text, error_code: null });
      expect(done.service_calls).toMatchObject({ success: [{ id: 'light.bed_light' }], failed: [] });
      expect(await bench().rest('/states/light.bed_light')).toMatchObject({ state: 'on' });
      const lost = await pipeline({ action: 'process', sentence: 'flibber the gibbet' });
      expect(lost).toMatchObject({ response_type: 'error', error_code: 'no_intent_match' });
    });

    it.each(['get', 'update', 'set_preferred', 'create', 'process'])('%s needs its arguments', async (action) => {
      const body = await bench().fails('ha_manage_pipeline', { action }, 'VALIDATION_MISSING_PARAMETER');
      expect(body.action).toBe(action);
    });
  });

  describe('what this home does not have', () => {
    it.each(['zwave', 'zigbee', 'matter', 'thread'])('%s is told as absent, not as an error', async (radio) => {
      const body = await bench().ok('ha_manage_radio', { radio, action: 'network_status' });
      expect(body).toMatchObject({ success: true, radio, available: false, warnings: [text] });
    });

    it('radio actions are judged all the same', async () => {
      const refused = (args: object) => bench().fails('ha_manage_radio', args, 'VALIDATION_INVALID_PARAMETER');
      expect((await refused({ radio: 'zwave', action: 'sing' })).supported).toContain('ping');
      expect(await refused({ radio: 'zwave', action: 'ping' })).toMatchObject({ missing: ['device_id'] });
      expect(await refused({ radio: 'zwave', action: 'hard_reset' })).toMatchObject({ destructive: true });
      expect(await refused({ radio: 'matter', action: 'commission' })).toMatchObject({ missing: ['code'] });
    });

    it.each(['ha_get_app', 'ha_get_addon'])(
      '%s says that there is no Supervisor, and at which endpoint',
      async (tool) => {
        expect(await bench().fails(tool, {}, 'SERVICE_CALL_FAILED')).toMatchObject({ endpoint: '/addons' });
        const one = await bench().fails(tool, { slug: 'core_ssh' }, 'SERVICE_CALL_FAILED');
        expect(one).toMatchObject({ endpoint: '/addons/core_ssh/info' });
      },
    );

    it('ha_manage_app does one thing a call', async () => {
      await bench().fails('ha_manage_app', { slug: 'core_ssh', action: 'start' }, 'SERVICE_CALL_FAILED');
      await bench().fails('ha_manage_app', { slug: 'core_ssh', options: {}, path: '/' }, 'VALIDATION_FAILED');
      await bench().fails('ha_manage_addon', { slug: 'core_ssh' }, 'VALIDATION_FAILED');
    });

    it('the store of this home is the marketplace, empty without the network', async () => {
      const { data } = await bench().ok('ha_get_hacs_info', {
        action: 'search',
        query: 'mushroom',
        category: 'lovelace',
      });
      expect(data).toMatchObject({
        query: 'mushroom',
        category_filter: 'lovelace',
        installed_only: false,
        results: [],
      });
      await bench().fails('ha_get_hacs_info', { action: 'info', repository_id: '1' }, 'RESOURCE_NOT_FOUND');
      const add = { action: 'add_repository', repository: 'nowhere', category: 'integration' };
      await bench().fails('ha_manage_hacs', add, 'VALIDATION_INVALID_PARAMETER');
    });
  });
});
