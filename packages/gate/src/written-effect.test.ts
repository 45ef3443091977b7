import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectorAccess } from './connector-access.ts';
import { type OpenGate, openGate } from './testing/open-gate.ts';

const unlock = { action: 'lock.unlock', target: { entity_id: 'lock.front_door' } };
const automation = (actions: unknown) => ({
  alias: 'Written effect',
  triggers: [{ trigger: 'time', at: '07:00:00' }],
  actions,
});

describe('what an automation or script would do is judged when it is written', () => {
  let open: OpenGate;
  let may: ConnectorAccess;
  beforeAll(async () => {
    open = await openGate();
    may = await open.connector({ ceiling: 'configure', settings: { strict: false } });
  });
  afterAll(() => open[Symbol.asyncDispose]());

  const write = (connector: ConnectorAccess, actions: unknown) =>
    open.call(connector, 'ha_config_set_automation', { config: automation(actions) });
  const refused = { error: { code: 'EFFECT_NOT_ALLOWED' }, effect: 'secure', ceiling: 'configure' };

  it.each([
    ['plainly', [unlock]],
    ['in a branch', [{ choose: [{ conditions: [], sequence: [unlock] }] }]],
    ['by a device action', [{ device_id: 'x', domain: 'lock', type: 'unlock', entity_id: 'lock.front_door' }]],
  ])('a lock opened %s needs more than configure, and nothing is written', async (_how, actions) => {
    expect((await write(may, actions)).body).toMatchObject(refused);
    const found = await open.call(may, 'ha_search', { query: 'Written effect', search_types: 'automation' });
    expect(found.body).toMatchObject({ automations: [] });
  });

  it('a transform that puts the lock in is refused as well, and so is a script', async () => {
    const light = { action: 'light.turn_on', target: { entity_id: 'light.hall' } };
    const { body } = await write(may, [light]);
    expect(body).toMatchObject({ success: true });
    const identifier = body['automation_id'];
    const transform = {
      identifier,
      config_hash: body['config_hash'],
      python_transform: `config['actions'].append(${JSON.stringify(unlock)})`,
    };
    expect((await open.call(may, 'ha_config_set_automation', transform)).body).toMatchObject(refused);
    const script = { script_id: 'written_effect', config: { alias: 'Written effect', sequence: [unlock] } };
    expect((await open.call(may, 'ha_config_set_script', script)).body).toMatchObject(refused);
    await open.call(may, 'ha_config_remove_automation', { identifier });
  });

  it('a template is not held against it, and who may, may', async () => {
    const templated = [{ action: 'light.turn_on', target: { entity_id: '{{ trigger.entity_id }}' } }];
    expect((await write(may, templated)).body).toMatchObject({ success: true });
    const secure = await open.connector({ ceiling: 'secure', settings: { strict: false } });
    expect((await write(secure, [unlock])).body).toMatchObject({ success: true });
  });
});
