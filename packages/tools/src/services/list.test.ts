import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './list.ts';

await describeHomes('ha_list_services', (context) => {
  it('lists a domain in pages, fields only when asked for', async () => {
    const at = context();
    const summary: Record<string, unknown> = await runTool(tool, { domain: 'light', limit: 2 }, at);
    expect(summary).toMatchObject({
      domains: ['light'],
      offset: 0,
      limit: 2,
      count: 2,
      has_more: true,
      next_offset: 2,
    });
    const full: Record<string, unknown> = await runTool(tool, { domain: 'light', detail_level: 'full' }, at);
    const services = full['services'] as Record<string, { fields?: object }>;
    expect(services['light.turn_on']?.fields).toHaveProperty('transition');
    expect(Object.values(summary['services'] as object)[0]).not.toHaveProperty('fields');
  });

  it('finds services by words, and says nothing was found rather than failing', async () => {
    const at = context();
    const found: Record<string, unknown> = await runTool(tool, { query: 'turn_on light' }, at);
    expect(Object.keys(found['services'] as object)).toContain('light.turn_on');
    expect(await runTool(tool, { query: 'zzz_not_there' }, at)).toMatchObject({
      success: true,
      total_count: 0,
      services: {},
    });
  });

  it('keeps the keys asked for and warns of unknown ones', async () => {
    const answer = await runTool(
      tool,
      { domain: 'light', fields: ['total_count', 'nope'], service_fields: 'service' },
      context(),
    );
    expect(Object.keys(answer).sort()).toEqual(['success', 'total_count', 'warnings']);
  });
});
