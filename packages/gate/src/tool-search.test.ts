import { listAudit } from '@hub/db/audit.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallResult } from './envelope.ts';
import { type OpenGate, openGate } from './testing/open-gate.ts';
import { DEFAULT_PINS } from './tool-pins.ts';

let open: OpenGate;
beforeAll(async () => {
  open = await openGate({ homeCount: 1 });
});
afterAll(() => open[Symbol.asyncDispose]());

const searching = (settings = {}) =>
  open.connector({ ceiling: 'destroy', settings: { toolSearch: 'on', ...settings } });
const namesOf = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name);
const errorOf = ({ body }: CallResult) => body['error'] as { code: string; message: string; suggestions?: string[] };
const found = ({ text }: CallResult) =>
  JSON.parse(text) as { name: string; execute_via: string; inputSchema: object }[];

describe('a short list', () => {
  test('has the pinned tools, the search and the three ways to call what it finds', async () => {
    const names = namesOf(open.gate.list(await searching()));
    expect(names).toEqual(
      expect.arrayContaining(['ha_search_tools', 'ha_call_read_tool', 'ha_call_write_tool', 'ha_call_delete_tool']),
    );
    expect(names.filter((name) => !/^ha_(search_tools|call_.*_tool)$/.test(name)).sort()).toEqual(
      DEFAULT_PINS.filter((name) => open.gate.isTool(name)).sort(),
    );
  });

  test('has what the owner pinned, and not what was pinned by default and is no longer', async () => {
    const names = namesOf(open.gate.list(await searching({ pinnedTools: ['ha_get_state', 'ha_get_overview'] })));
    expect(names).toContain('ha_get_state');
    expect(names).not.toContain('ha_search');
  });

  test('leaves a door out that nothing goes through, and keeps mixed tools reachable where only reading is allowed', async () => {
    const reader = await searching({ readOnly: true });
    const names = namesOf(open.gate.list(reader));
    expect(names).toEqual(expect.arrayContaining(['ha_call_read_tool', 'ha_call_write_tool']));
    expect(names).not.toContain('ha_call_delete_tool');
    expect(names).not.toContain('ha_config_set_automation');
  });

  test('by auto goes by the client: its name and how many tools it takes', async () => {
    const connector = await open.connector({ ceiling: 'destroy', settings: { toolSearch: 'auto' } });
    const isShort = (client?: string) =>
      open.gate.list(connector, client).some(({ name }) => name === 'ha_search_tools');
    for (const client of ['ollmcp', 'LM Studio', 'cursor-vscode']) expect(isShort(client), client).toBe(true);
    for (const client of ['claude-code', 'gemini-cli-mcp-client', 'Visual Studio Code', 'something new', undefined]) {
      expect(isShort(client), client).toBe(false);
    }
  });
});

describe('the search', () => {
  test.each([
    ['turn on a light', 'ha_call_service'],
    ['add milk to the shopping list', 'ha_set_todo_item'],
    ['delete an automation', 'ha_config_remove_automation'],
    ['create input_boolean helper', 'ha_config_set_helper'],
    ['why did my automation not run', 'ha_get_automation_traces'],
    ['rename a room', 'ha_set_area_or_floor'],
    ['temperature graph of last week', 'ha_get_history'],
    ['calender appointments', 'ha_config_get_calendar_events'],
    ['install firmware update', 'ha_manage_updates'],
    ['errors in the log', 'ha_get_logs'],
  ])('"%s" brings %s among the first three', async (query, wanted) => {
    const results = found(await open.call(await searching({ pinnedTools: [] }), 'ha_search_tools', { query }));
    expect(namesOf(results).slice(0, 3)).toContain(wanted);
  });

  test('answers a bare list of whole tools with the door of each, five at most', async () => {
    const answer = await open.call(await searching(), 'ha_search_tools', { query: 'automation' });
    const results = found(answer);
    expect(results.length).toBeGreaterThan(0);
    expect(results.length).toBeLessThanOrEqual(5);
    expect(answer.body).toEqual({ result: results });
    const remove = results.find(({ name }) => name === 'ha_config_remove_automation');
    expect(remove).toMatchObject({
      execute_via: 'ha_call_delete_tool',
      description: expect.any(String),
      inputSchema: { properties: { identifier: {} } },
      annotations: { destructiveHint: true },
    });
  });

  test('finds nothing that is listed, switched off or out of reach', async () => {
    const connector = await searching({ disabledTools: ['ha_config_remove_automation'], readOnly: true });
    const names = namesOf(
      found(await open.call(connector, 'ha_search_tools', { query: 'automation search remove set' })),
    );
    expect(names).not.toContain('ha_search');
    expect(names).not.toContain('ha_config_remove_automation');
    expect(names).not.toContain('ha_config_set_automation');
    expect(found(await open.call(connector, 'ha_search_tools', { query: 'qqqqq' }))).toEqual([]);
  });
});

describe('a call through a proxy', () => {
  const template = { name: 'ha_eval_template', arguments: { template: '{{ 1 }}' } };

  test('gives the very answer of the inner tool, also wrapped twice or with arguments as text', async () => {
    const connector = await searching();
    const direct = await open.call(connector, template.name, template.arguments);
    for (const args of [
      template,
      { ...template, arguments: JSON.stringify(template.arguments) },
      { name: 'ha_call_read_tool', arguments: template },
      { name: template.name, arguments: template },
      { ...template, home: 'home-1' },
    ]) {
      const through = await open.call(connector, 'ha_call_read_tool', args);
      expect([through.isError, through.body['result']]).toEqual([false, direct.body['result']]);
    }
  });

  test('through the wrong one is told the right one, whatever is wrapped inside', async () => {
    const connector = await searching();
    const restart = { name: 'ha_call_write_tool', arguments: { name: 'ha_restart', arguments: { confirm: true } } };
    const hidden = await open.call(connector, 'ha_call_read_tool', restart);
    expect(errorOf(hidden).code).toBe('VALIDATION_INVALID_PARAMETER');
    expect(hidden.body).toMatchObject({
      tool_name: 'ha_restart',
      proxy_used: 'ha_call_read_tool',
      correct_proxy: 'ha_call_write_tool',
    });
  });

  test('is judged, refused and audited as the inner tool', async () => {
    const connector = await open.connector({ ceiling: 'control', settings: { toolSearch: 'on' } });
    const unlock = { domain: 'lock', service: 'unlock', entity_id: 'lock.front_door' };
    const refused = await open.call(connector, 'ha_call_write_tool', { name: 'ha_call_service', arguments: unlock });
    expect(refused.body).toMatchObject({ effect: 'secure', ceiling: 'control', error: { code: 'EFFECT_NOT_ALLOWED' } });
    await open.trail.flush();
    const [entry] = await listAudit(open.database.db, open.tenantId, { limit: 1 });
    expect(entry).toMatchObject({ tool: 'ha_call_service', effect: 'secure', outcome: 'refused' });
    const invalid = await open.call(connector, 'ha_call_read_tool', {
      name: 'ha_get_state',
      arguments: { entity: 'x' },
    });
    expect(errorOf(invalid).code).toBe('VALIDATION_FAILED');
  });

  test('obeys read-only and what is switched off', async () => {
    const connector = await searching({ readOnly: true, disabledTools: ['ha_eval_template'] });
    const write = await open.call(connector, 'ha_call_write_tool', {
      name: 'ha_call_service',
      arguments: { domain: 'light', service: 'turn_on', entity_id: 'light.hallway' },
    });
    expect(errorOf(write).code).toBe('READ_ONLY_MODE');
    expect(errorOf(await open.call(connector, 'ha_call_read_tool', template)).code).toBe('TOOL_NOT_AVAILABLE');
  });

  test('of no tool, or with search off, says what to do', async () => {
    const unknown = await open.call(await searching(), 'ha_call_read_tool', { name: 'ha_fly', arguments: {} });
    expect(errorOf(unknown)).toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
    const whole = await open.connector();
    for (const [name, args] of [
      ['ha_call_read_tool', template],
      ['ha_search_tools', { query: 'light' }],
    ] as const) {
      const answer = await open.call(whole, name, args);
      expect(errorOf(answer)).toMatchObject({ code: 'RESOURCE_NOT_FOUND', message: expect.stringContaining('off') });
    }
    for (const args of [{}, { name: 1 }, { name: 'ha_get_state', arguments: [] }, { ...template, extra: 1 }]) {
      expect(errorOf(await open.call(await searching(), 'ha_call_read_tool', args)).code).toBe('VALIDATION_FAILED');
    }
  });

  test('and a hidden tool called directly works as well', async () => {
    expect((await open.call(await searching(), template.name, template.arguments)).isError).toBe(false);
  });
});

test('the overview tells of the search to those whose list is short, and of read-only', async () => {
  const { body } = await open.call(await searching({ readOnly: true }), 'ha_get_overview', {});
  expect(body).toMatchObject({
    tool_discovery: { hint: expect.stringContaining('ha_search_tools'), pinned_tools: [...DEFAULT_PINS] },
    read_only_mode: true,
    read_only_mode_hint: expect.stringContaining('Read Only Mode is ON'),
  });
  const plain = await open.call(await open.connector(), 'ha_get_overview', {});
  expect(Object.keys(plain.body)).not.toEqual(expect.arrayContaining(['tool_discovery']));
  expect(plain.body).not.toHaveProperty('read_only_mode');
});
