import { createHelper, deleteHelper } from '@hub/ha/helpers.ts';
import { callService } from '@hub/ha/services.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { localTime } from '../shared/local-time.ts';
import { describeHomes } from '../testing/each-home.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext, type TestToolContext } from '../testing/tool-context.ts';
import { tool } from './get.ts';

/** Recorder and log writers tell nobody when they are done: what is asked for is there once it is there. */
const WRITTEN = { timeout: 15_000, interval: 250 };

const logbookShape = z.looseObject({
  entries: z.array(z.looseObject({ when: z.string(), name: z.string(), state: z.string().optional() })),
  total_entries: z.number(),
});

const entriesOf = (answer: Readonly<Record<string, unknown>>) => logbookShape.parse(answer['data']);
const ask = (args: Record<string, unknown>, context: TestToolContext) =>
  runTool(tool, args, context) as Promise<Record<string, unknown>>;

await describeHomes('ha_get_logs', (context) => {
  it('logger tells the level of each integration, and finds one by name', async () => {
    const answer = await ask({ source: 'logger', search: 'recorder', limit: 5 }, context());
    expect(answer['loggers']).toContainEqual({ domain: 'recorder', level: 'WARNING', level_raw: 30 });
    expect(answer).toMatchObject({ source: 'logger', returned_entries: 1, filters_applied: { search: 'recorder' } });
  });

  it.each([
    { source: 'supervisor', slug: 'core_ssh' },
    { source: 'system_service', slug: 'host' },
  ])('without a Supervisor there is no log of $source', async (call) => {
    await expect(ask(call, context())).rejects.toMatchObject({ code: 'COMPONENT_NOT_INSTALLED' });
  });

  it.each([
    ['a limit of nothing', { limit: 0 }, 'limit'],
    ['a level there is not', { source: 'system', level: 'LOUD' }, 'level'],
    ['a level of the logbook', { level: 'ERROR' }, 'level'],
    ['an app that is not named', { source: 'supervisor' }, 'slug'],
    ['a slug with a way out', { source: 'supervisor', slug: '../host' }, 'slug'],
    ['a service there is not', { source: 'system_service', slug: 'kernel' }, 'slug'],
    ['a time that is none', { end_time: 'soon' }, 'end_time'],
  ])('%s is refused by name', async (_title, call, parameter) => {
    const refused = { code: 'VALIDATION_INVALID_PARAMETER', context: { parameter } };
    await expect(ask(call, context())).rejects.toMatchObject(refused);
  });

  it('the logbook of an entity that is not there is empty and says so', async () => {
    const nothing = await ask({ entity_id: 'light.not_here' }, context());
    expect(nothing['data']).toMatchObject({
      entries: [],
      total_entries: 0,
      warnings: [expect.stringContaining('light.not_here')],
    });
  });

  it('a long time of the whole home is cut, and the answer says so', async () => {
    const { data } = await ask({ hours_back: 5_000, limit: 1 }, context());
    expect(data).toMatchObject({ period: '168 hours', warnings: [expect.stringContaining('168')] });
  });

  it('the logbook tells what an entity did, newest first, with names and times of the home', async () => {
    const ctx = context();
    const { id } = await createHelper(ctx.home, 'input_boolean', { name: 'Logs test switch' });
    const entity_id = `input_boolean.${id}`;
    try {
      for (const service of ['turn_on', 'turn_off', 'turn_on'])
        await callService(ctx.home, 'input_boolean', service, { target: { entity_id } });
      const states = async () => entriesOf(await ask({ entity_id }, ctx)).entries.map(({ state }) => state);
      await expect.poll(states, WRITTEN).toEqual(['on', 'off', 'on']);
      const newest = await ask({ entity_id, limit: 1 }, ctx);
      expect(newest['data']).toMatchObject({ total_entries: 3, returned_entries: 1, has_more: true, limit: 1 });
      const [row] = entriesOf(newest).entries;
      expect(row).toMatchObject({ name: 'Logs test switch', entity_id, state: 'on', domain: 'input_boolean' });
      expect(row?.when).toBe(localTime(row?.when ?? '', ctx.home.info.timeZone));
      const oldest = await ask({ entity_id, limit: 1, offset: 1, order: 'oldest' }, ctx);
      expect(entriesOf(oldest).entries).toMatchObject([{ state: 'off' }]);
      expect(entriesOf(await ask({ search: 'LOGS test SWITCH' }, ctx)).total_entries).toBe(3);
    } finally {
      await deleteHelper(ctx.home, 'input_boolean', id);
    }
  });
});

await describeReal('ha_get_logs of what went wrong', (home) => {
  const write = (context: TestToolContext, message: string, level: string) =>
    callService(context.home, 'system_log', 'write', { data: { message, level, logger: `logs_test.${level}` } });

  it('system and the log file tell the same error, alone or summed up', async () => {
    await using open = await openView(home);
    const context = createToolContext({ view: open.view });
    const mark = `Logs test ${Date.now()}`;
    await write(context, `${mark} first`, 'error');
    await write(context, `${mark} first`, 'error');
    await write(context, `${mark} second`, 'warning');

    const system = (args: object) => ask({ source: 'system', search: mark, ...args }, context);
    const returned = async () => (await system({}))['returned_entries'];
    await expect.poll(returned, WRITTEN).toBe(2);
    const entry = {
      name: 'logs_test.error',
      level: 'ERROR',
      message: [`${mark} first`],
      count: 2,
      time: expect.any(String),
    };
    expect(await system({ level: 'error' })).toMatchObject({ success: true, entries: [entry], total_entries: 1 });
    expect(await system({ structured: true, top_n: 1 })).toMatchObject({
      structured: true,
      summary: { total_records: 3, by_level: { ERROR: 2, WARNING: 1 } },
      top_issues: [{ level: 'ERROR', component: 'logs_test.error', count: 2 }],
      by_component: { 'logs_test.error': { ERROR: 2 }, 'logs_test.warning': { WARNING: 1 } },
    });

    const file = (args: object) => ask({ source: 'error_log', search: mark, ...args }, context);
    await expect.poll(async () => (await file({}))['returned_lines'], WRITTEN).toBe(3);
    expect((await file({ limit: 1 }))['log']).toContain('second');
    expect(await file({ level: 'ERROR', order: 'oldest' })).toMatchObject({ returned_lines: 2, has_more: false });
    expect(await file({ structured: true })).toMatchObject({
      summary: { total_records: 3 },
      top_issues: [{ component: 'logs_test.error', count: 2 }, { count: 1 }],
    });
  });

  it('without the rights of an administrator the log file is refused before it is asked for', async ({ skip }) => {
    if (home.readOnlyToken === undefined) return skip('this home came without a second user');
    await using open = await openView({ url: home.url, token: home.readOnlyToken });
    const context = createToolContext({ view: open.view });
    const refused = { code: 'AUTH_INSUFFICIENT_PERMISSIONS' };
    await expect(ask({ source: 'error_log' }, context)).rejects.toMatchObject(refused);
    await expect(ask({ source: 'system' }, context)).rejects.toMatchObject(refused);
    expect(open.view.info.state).toBe('running');
  });
});
