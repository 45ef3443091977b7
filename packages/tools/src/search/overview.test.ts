import { Fault } from '@hub/core/fault.ts';
import { callService } from '@hub/ha/services.ts';
import type { View } from '@hub/ha/view.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { stillView } from '../testing/still-view.ts';
import { createToolContext, type TestToolContext } from '../testing/tool-context.ts';
import { tool } from './overview.ts';

const answered = z.looseObject({
  system_summary: z.record(z.string(), z.unknown()),
  domain_stats: z.record(
    z.string(),
    z.looseObject({
      count: z.number(),
      states_summary: z.record(z.string(), z.number()),
      entities: z.array(z.record(z.string(), z.string())),
      truncated: z.boolean(),
    }),
  ),
  area_analysis: z.record(z.string(), z.record(z.string(), z.unknown())),
  pagination: z.looseObject({ next_offset: z.number().nullable(), entities_returned: z.number() }).optional(),
  notifications: z.array(z.record(z.string(), z.unknown())),
});
const overview = async (args: object, at: TestToolContext) => answered.parse(await runTool(tool, args, at));

await describeHomes('ha_get_overview', (context) => {
  const still = async () => createToolContext({ view: await stillView(context().home) });

  it('tells in short what the home is and has', async () => {
    const at = await still();
    const states = await at.home.states();
    const found = await overview({}, at);
    expect(found).toMatchObject({
      success: true,
      system_summary: {
        total_entities: states.size,
        total_areas: (await at.home.areas()).size,
        total_services: expect.any(Number),
        version: at.home.info.haVersion,
      },
      system_info: { base_url: at.home.info.baseUrl, state: 'RUNNING', time_zone: at.home.info.timeZone },
      ai_insights: { controllable_devices: expect.arrayContaining(['light']), automation_ready: expect.any(Boolean) },
      repair_count: expect.any(Number),
      settings_url_hint: expect.any(String),
    });
    expect(found.pagination).toBeUndefined();
    const lights = [...states.keys()].filter((id) => id.startsWith('light.'));
    expect(found.domain_stats['light']).toMatchObject({ count: lights.length, truncated: lights.length > 10 });
    expect(Object.keys(found.domain_stats['light']?.entities[0] ?? {})).toEqual(['friendly_name']);
    const counted = Object.values(found.domain_stats['light']?.states_summary ?? {}).reduce((a, b) => a + b, 0);
    expect(counted).toBe(lights.length);
    expect(Object.values(found.area_analysis).every((area) => Object.keys(area).join() === 'count')).toBe(true);
  });

  it('in full shows ids and states, page by page, each entity once', async () => {
    const at = await still();
    const seen: string[] = [];
    let offset: number | null = 0;
    while (offset !== null) {
      const page = await overview({ detail_level: 'full', limit: 40, offset }, at);
      const entities = Object.values(page.domain_stats).flatMap((domain) => domain.entities);
      expect(entities).toHaveLength(page.pagination?.entities_returned ?? -1);
      seen.push(...entities.map((entity) => entity['entity_id'] ?? ''));
      expect(page['device_types']).toBeDefined();
      expect(page['service_availability']).toMatchObject({ light: { count: expect.any(Number) } });
      offset = page.pagination?.next_offset ?? null;
    }
    expect(seen.sort()).toEqual([...(await at.home.states()).keys()].sort());
  });

  it('keeps to some domains, caps them, and counts all the same', async () => {
    const at = await still();
    const found = await overview({ domains: 'Light', max_entities_per_domain: 1, include_state: true }, at);
    expect(Object.keys(found.domain_stats)).toEqual(['light']);
    expect(found.domain_stats['light']?.entities).toEqual([
      { friendly_name: expect.any(String), state: expect.any(String) },
    ]);
    expect(found.system_summary).toMatchObject({
      filtered_domains: ['light'],
      total_entities: (await at.home.states()).size,
    });
  });

  it('shows what stands under the bell, unless told not to', async () => {
    const at = context();
    const data = { notification_id: 'overview_test', title: 'Hello', message: 'From a test' };
    await callService(at.home, 'persistent_notification', 'create', { data });
    const found = await overview({}, at);
    expect(found.notifications).toContainEqual(expect.objectContaining(data));
    expect(found['notification_count']).toBe(found.notifications.length);
    const without = await runTool(tool, { include_notifications: false }, at);
    expect(without).not.toHaveProperty('notifications');
    await callService(at.home, 'persistent_notification', 'dismiss', { data: { notification_id: 'overview_test' } });
  });

  it('keeps to the fields asked for', async () => {
    const found = await runTool(tool, { fields: ['system_info', 'nonsense'] }, context());
    expect(Object.keys(found).sort()).toEqual(['settings_url_hint', 'success', 'system_info', 'warnings']);
  });

  it('does without what the home refuses, and says so', async () => {
    const at = context();
    const refused = ['get_services', 'get_config', 'repairs/list_issues', 'persistent_notification/get'];
    const send: View['send'] = (command, options) =>
      refused.includes(command.type)
        ? Promise.reject(new Fault('SERVICE_CALL_FAILED', `no ${command.type}`))
        : at.home.send(command, options);
    const view = Object.assign(Object.create(at.home) as View, { send });
    const found = await overview({}, createToolContext({ view }));
    expect(found).toMatchObject({
      partial: true,
      system_summary: { version: 'unknown', total_services: 0 },
      notification_count: 0,
      repair_count: 0,
      repairs_error: expect.stringContaining('no repairs/list_issues'),
      warnings: [
        expect.stringContaining('no get_services'),
        expect.stringContaining('no get_config'),
        expect.stringContaining('no persistent_notification/get'),
      ],
    });
  });
});
