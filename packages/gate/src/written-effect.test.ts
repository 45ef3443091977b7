import { sharedRealHome } from '@hub/real-home/describe-real.ts';
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
    ['by an action out of a template', [{ ...unlock, action: "{{ 'lock' ~ '.unlock' }}" }]],
    ['by a service out of an old template', [{ ...unlock, action: undefined, service_template: '{{ x }}' }]],
    ['by a templated action of locks', [{ ...unlock, action: "lock.{{ 'unlock' }}" }]],
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

  it('a lock put into a group is refused, which automations may act on already', async () => {
    const group = (entities: readonly string[]) =>
      open.call(may, 'ha_config_set_group', { object_id: 'written_effect', entities });
    expect((await group(['lock.front_door'])).body).toMatchObject(refused);
  });

  it('a template is not held against it, and who may, may', async () => {
    const templated = [{ action: 'light.turn_on', target: { entity_id: '{{ trigger.entity_id }}' } }];
    expect((await write(may, templated)).body).toMatchObject({ success: true });
    const either = [{ action: "light.turn_{{ 'on' }}", target: { entity_id: 'light.hallway' } }];
    expect((await write(may, either)).body).toMatchObject({ success: true });
    const secure = await open.connector({ ceiling: 'secure', settings: { strict: false } });
    expect((await write(secure, [unlock])).body).toMatchObject({ success: true });
  });

  it('a scene is judged too, so that no automation finds a lock in it later', async () => {
    const scene = (entities: unknown) => ({ scene_id: 'written_effect', config: { name: 'Written effect', entities } });
    const lamp = await open.call(may, 'ha_config_set_scene', scene({ 'light.hallway': { state: 'on' } }));
    expect(lamp.body).toMatchObject({ success: true });
    const lock = await open.call(may, 'ha_config_set_scene', scene({ 'lock.front_door': { state: 'unlocked' } }));
    expect(lock.body).toMatchObject(refused);
  });

  it('putting back an earlier script counts as writing it', async () => {
    const owner = await open.connector({ ceiling: 'destroy', settings: { strict: false } });
    const script = (sequence: unknown) => ({ script_id: 'put_back', config: { alias: 'Put back', sequence } });
    await open.call(owner, 'ha_config_set_script', script([unlock]));
    await open.call(owner, 'ha_config_set_script', script([{ delay: 1 }]));
    const edits = { scope: 'edits', action: 'list', domain: 'script', entity_id: 'put_back' };
    const { text } = await open.call(may, 'ha_manage_backup', edits);
    const [, name] = /"edit_id":"([^"]+)"/.exec(text) ?? [];
    const back = { scope: 'edits', action: 'restore', backup_name: name, confirm: true };
    expect((await open.call(may, 'ha_manage_backup', back)).body).toMatchObject(refused);
    expect((await open.call(owner, 'ha_manage_backup', back)).body).toMatchObject({ success: true });
  });
});

const real = await sharedRealHome();
describe.runIf(real)('on a real home', () => {
  it('a template switch or button that opens a lock needs more than configure', async () => {
    await using open = await openGate({ homeCount: 0, others: real ? [real] : [] });
    const may = await open.connector({ ceiling: 'configure', settings: { strict: false } });
    for (const config of [
      { next_step_id: 'switch', value_template: '{{ false }}', turn_on: [unlock] },
      { next_step_id: 'button', press: [{ repeat: { count: 1, sequence: [unlock] } }] },
    ]) {
      const helper = { helper_type: 'template', name: 'Written effect', config };
      const { body } = await open.call(may, 'ha_config_set_helper', helper);
      expect(body).toMatchObject({ error: { code: 'EFFECT_NOT_ALLOWED' }, effect: 'secure' });
    }
    const press = [{ action: 'light.toggle', target: { entity_id: 'light.bed_light' } }];
    const lamp = { helper_type: 'template', name: 'Written effect', config: { next_step_id: 'button', press } };
    const made = await open.call(may, 'ha_config_set_helper', lamp);
    expect(made.body).toMatchObject({ success: true });
  }, 60_000);
});
