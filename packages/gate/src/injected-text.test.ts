import { hasUnseen } from '@hub/core/unseen.ts';
import { sharedRealHome } from '@hub/real-home/describe-real.ts';
import { openView } from '@hub/tools/testing/open-view.ts';
import { withCalendar, withTodoList } from '@hub/tools/testing/own-entry.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectorAccess } from './connector-access.ts';
import type { CallResult } from './envelope.ts';
import { HOSTILE_TEXTS } from './testing/hostile-texts.ts';
import { type OpenGate, openGate } from './testing/open-gate.ts';

let open: OpenGate;
let connector: ConnectorAccess;
let listedBefore: string;
beforeAll(async () => {
  open = await openGate();
  connector = await open.connector({ ceiling: 'destroy', settings: { strict: false } });
  listedBefore = JSON.stringify(open.gate.list(connector));
});
afterAll(() => open[Symbol.asyncDispose]());

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]);
}

/** JSON that is YAML as well: everything beyond plain ASCII as an escape. */
function asYaml(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^ -~]/gu,
    (one) => `\\U${(one.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
  );
}

/** Data and nothing else: whole JSON, of bounded size, with nothing in it that a reader does not see for what it is. */
function expectData({ text, body }: CallResult): void {
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(body)));
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(70_000);
  expect(text).not.toContain('</');
  for (const one of textsIn(body)) {
    expect(hasUnseen(one.replaceAll(/[\n\t]/g, ''))).toBe(false);
    expect(one).not.toContain('![');
  }
  const { error } = body as { error?: { suggestion?: string } };
  expect(error?.suggestion?.length ?? 0).toBeLessThanOrEqual(500);
}

test('the corpus is large', () => expect(new Set(HOSTILE_TEXTS).size).toBeGreaterThanOrEqual(60));

describe.each(HOSTILE_TEXTS.map((text, at) => [at, JSON.stringify(text.slice(0, 40)), text] as const))(
  'text %i %s',
  (_at, _shown, hostile) => {
    test('stays data wherever it stands', async () => {
      const [home] = open.homes;
      home?.pushState('sensor.outdoor_temperature', hostile.slice(0, 255), {
        friendly_name: hostile,
        [hostile]: hostile,
      });
      const call = (tool: string, args: unknown) => open.call(connector, tool, args);
      const noLone = hostile.slice(0, 2_000);
      const written = [
        await call('ha_set_todo_item', { entity_id: 'todo.shopping_list', summary: noLone }),
        await call('ha_call_service', {
          domain: 'persistent_notification',
          service: 'create',
          data: { message: noLone, title: noLone, notification_id: 'hostile' },
        }),
        await call('ha_config_set_automation', {
          identifier: 'hostile',
          config: { id: 'hostile', alias: noLone, description: noLone, triggers: [], actions: [] },
        }),
      ];
      const read = await Promise.all([
        call('ha_get_state', { entity_id: 'sensor.outdoor_temperature' }),
        call('ha_search', { query: 'outdoor temperature' }),
        call('ha_get_overview', {}),
        call('ha_get_todo', { entity_id: 'todo.shopping_list' }),
        call('ha_config_get_automation', { identifier: 'automation.hostile' }),
        call('ha_eval_template', { template: "{{ states('sensor.outdoor_temperature') }}" }),
        call('ha_get_history', { entity_ids: 'sensor.outdoor_temperature' }),
        call('ha_get_state', { entity_id: hostile }),
        call('ha_call_service', { domain: hostile, service: hostile }),
      ]);
      for (const result of [...written, ...read]) expectData(result);
      expect(JSON.stringify(open.gate.list(connector))).toBe(listedBefore);
    });
  },
);

test('scripts that are written with joiners, emoji and line breaks stay as they are', async () => {
  const name = 'می\u200cخواهم 👩\u200d👩\u200d👧 ❤\ufe0f line\nbreak';
  const data = { value: name };
  const call = { domain: 'input_text', service: 'set_value', entity_id: 'input_text.note', data };
  await open.call(connector, 'ha_call_service', call);
  const { text } = await open.call(connector, 'ha_get_state', { entity_id: 'input_text.note' });
  expect(text).toContain(JSON.stringify(name));
});

test('an image read as text goes back as the image it is, and a secret that was taken out does not go back', async () => {
  const config = { alias: 'Image', description: '![plan](/local/plan.png)', triggers: [], actions: [] };
  await open.call(connector, 'ha_config_set_automation', { config });
  const read = await open.call(connector, 'ha_config_get_automation', { identifier: 'automation.image' });
  expect(read.text).toContain('!\\\\[plan]');
  const again = { ...config, description: '!\\[plan](/local/plan.png)' };
  const written = await open.call(connector, 'ha_config_set_automation', {
    identifier: 'automation.image',
    config: again,
  });
  expect(written.isError).toBe(false);
  const edited = await open.call(connector, 'ha_config_set_automation', {
    identifier: 'automation.image',
    config: { ...config, variables: { api_key: '<redacted>' } },
  });
  expect(edited.body).toMatchObject({ error: { code: 'VALIDATION_INVALID_PARAMETER' } });
});

const real = await sharedRealHome();
describe.runIf(real)('on a real home', () => {
  test('hostile lists, notifications and automations come back as data', async () => {
    await using own = await openGate({ homeCount: 0, others: real ? [real] : [] });
    const owner = await own.connector({ ceiling: 'destroy', settings: { strict: false } });
    const call = (tool: string, args: unknown) => own.call(owner, tool, args);
    const made = await call('ha_config_set_helper', { helper_type: 'input_text', name: 'Hostile', max_value: 255 });
    expect(made.isError).toBe(false);
    for (const [at, hostile] of HOSTILE_TEXTS.filter((one) => one.length < 250).entries()) {
      const data = { message: hostile, title: hostile, notification_id: `hostile_${at}` };
      expectData(await call('ha_call_service', { domain: 'persistent_notification', service: 'create', data }));
      const value = {
        domain: 'input_text',
        service: 'set_value',
        entity_id: 'input_text.hostile',
        data: { value: hostile },
      };
      expectData(await call('ha_call_service', value));
      expectData(await call('ha_get_state', { entity_id: 'input_text.hostile' }));
    }
    expectData(await call('ha_get_overview', { detail_level: 'full' }));
    expectData(await call('ha_get_logs', {}));
    expectData(await call('ha_call_service', { ws_command: 'persistent_notification/get' }));
    await call('ha_call_service', { domain: 'persistent_notification', service: 'dismiss_all' });
    await call('ha_remove_helpers_integrations', {
      target: 'input_text.hostile',
      helper_type: 'input_text',
      confirm: true,
    });
  }, 120_000);

  test('hostile calendars, lists, log lines and blueprints come back as data', async () => {
    if (!real) throw new Error('there is a real home');
    await using own = await openGate({ homeCount: 0, others: [real] });
    await using direct = await openView(real);
    const owner = await own.connector({ ceiling: 'destroy', settings: { strict: false } });
    const data = async (tool: string, args: unknown) => expectData(await own.call(owner, tool, args));
    const short = HOSTILE_TEXTS.filter((one) => one.length < 250);
    await withCalendar(direct.view, 'Hostile calendar', async (entity_id) => {
      const day = { entity_id, start: '2027-03-20', end: '2027-03-21' };
      for (const text of short)
        await data('ha_config_set_calendar_event', { ...day, summary: text, description: text, location: text });
      await data('ha_config_get_calendar_events', { entity_id, start: '2027-03-01', end: '2027-04-01' });
    });
    await withTodoList(direct.view, 'Hostile list', async (entity_id) => {
      for (const text of short) await data('ha_set_todo_item', { entity_id, summary: text, description: text });
      await data('ha_get_todo', { entity_id });
    });
    for (const message of short)
      await data('ha_call_service', { domain: 'system_log', service: 'write', data: { message, level: 'error' } });
    for (const source of ['system', 'error_log']) await data('ha_get_logs', { source, limit: 500 });
    const [description, path] = [short.join(' '), 'hostile/hostile'];
    const yaml = asYaml({
      blueprint: { name: description, description, domain: 'automation', input: { one: { name: description } } },
      triggers: [],
      actions: [],
    });
    await direct.view.send({ type: 'blueprint/save', domain: 'automation', path, yaml, allow_override: true });
    await data('ha_get_blueprint', {});
    await data('ha_get_blueprint', { path: `${path}.yaml` });
    await direct.view.send({ type: 'blueprint/delete', domain: 'automation', path: `${path}.yaml` });
  }, 240_000);
});
