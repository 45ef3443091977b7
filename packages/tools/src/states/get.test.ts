import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { someLight } from '../testing/some-light.ts';
import { tool } from './get.ts';

await describeHomes('ha_get_state', (context) => {
  it('gives one state in the zone of the home', async () => {
    const at = context();
    const light = await someLight(at.home);
    const { data, metadata } = await runTool(tool, { entity_id: light }, at);
    expect(data).toMatchObject({ entity_id: light, attributes: { friendly_name: expect.any(String) } });
    expect(metadata.home_assistant_timezone).toBe(at.home.info.timeZone);
    const live = (await at.home.states()).get(light);
    expect(Date.parse(String(data['last_changed']))).toBe(Date.parse(String(live?.last_changed)));
  });

  it('keeps only the fields and attributes asked for', async () => {
    const at = context();
    const light = await someLight(at.home);
    const { data } = await runTool(
      tool,
      { entity_id: light, fields: 'state,attributes', attribute_keys: ['friendly_name'] },
      at,
    );
    expect(Object.keys(data)).toEqual(['state', 'attributes']);
    expect(Object.keys(data['attributes'] as object)).toEqual(['friendly_name']);
  });

  it('a list with one unknown id is partly answered and says which is missing', async () => {
    const at = context();
    const light = await someLight(at.home);
    const { data } = await runTool(tool, { entity_id: [light, 'light.not_there'] }, at);
    expect(data).toMatchObject({
      success: true,
      count: 1,
      partial: true,
      error_count: 1,
      errors: [{ entity_id: 'light.not_there' }],
    });
    expect(Object.keys(data['states'] as object)).toEqual([light]);
  });

  it('an unknown id is refused with ids that look like it', async () => {
    const at = context();
    const light = await someLight(at.home);
    const wrong = `${light}s`;
    await expect(runTool(tool, { entity_id: wrong }, at)).rejects.toMatchObject({
      code: 'ENTITY_NOT_FOUND',
      context: { entity_id: wrong },
      suggestions: [expect.stringContaining(light), expect.anything()],
    });
  });

  it('more than 100 ids and an empty id are refused', async () => {
    const many = Array.from({ length: 101 }, (_, n) => `light.n${n}`);
    await expect(runTool(tool, { entity_id: many }, context())).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(runTool(tool, { entity_id: '' }, context())).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});
