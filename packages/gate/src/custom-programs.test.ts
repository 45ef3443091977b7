import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenGate, openGate } from './testing/open-gate.ts';

describe('custom programs through the gate', () => {
  let open: OpenGate;
  beforeAll(async () => {
    open = await openGate();
  });
  afterAll(() => open[Symbol.asyncDispose]());

  it('each call inside is judged like one made alone', async () => {
    const connector = await open.connector({ ceiling: 'control' });
    const code = `
seen = []
for tool, args in [('ha_get_state', {'entity_id': 'sun.sun'}), ('ha_config_set_label', {'name': 'x'}), ('ha_call_service', {'domain': 'lock', 'service': 'unlock', 'entity_id': 'lock.front_door'})]:
    try:
        call_tool(tool, args)
        seen.append('allowed')
    except Exception as e:
        seen.append(str(e).split(':')[0])
seen`;
    const { body } = await open.call(connector, 'ha_manage_custom_tool', { code });
    expect(body).toMatchObject({
      success: true,
      data: { result: ['allowed', 'EFFECT_NOT_ALLOWED', 'EFFECT_NOT_ALLOWED'] },
    });
  });

  it('a saved program belongs to its connector and outlives the process', async () => {
    const [mine, other] = [await open.connector(), await open.connector()];
    const save = await open.call(mine, 'ha_manage_custom_tool', {
      code: '40 + 2',
      save_as: 'answer',
      justification: 'a sum',
    });
    expect(save.body).toMatchObject({ data: { result: 42, saved_as: 'answer' } });
    expect((await open.call(mine, 'ha_manage_custom_tool', { run_saved: 'answer' })).body).toMatchObject({
      data: { result: 42 },
    });
    expect((await open.call(other, 'ha_manage_custom_tool', { run_saved: 'answer' })).body).toMatchObject({
      error: { code: 'RESOURCE_NOT_FOUND' },
    });
  });

  it('keeping one needs more than control, running none at all under read-only', async () => {
    const control = await open.connector({ ceiling: 'control' });
    const kept = await open.call(control, 'ha_manage_custom_tool', { code: '1', save_as: 'one' });
    expect(kept.body).toMatchObject({ error: { code: 'EFFECT_NOT_ALLOWED' } });
    const readOnly = await open.connector({ settings: { readOnly: true } });
    expect((await open.call(readOnly, 'ha_manage_custom_tool', { code: '1' })).body).toMatchObject({
      error: { code: 'READ_ONLY_MODE' },
    });
    expect((await open.call(readOnly, 'ha_manage_custom_tool', { list_saved: true })).body).toMatchObject({
      success: true,
    });
  });
});
