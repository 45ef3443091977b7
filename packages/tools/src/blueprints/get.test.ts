import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeHomes, describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { tool } from './get.ts';

const listed = z.looseObject({ blueprints: z.array(z.record(z.string(), z.unknown())), count: z.number() });

await describeRealHome('ha_get_blueprint', (context) => {
  it('lists the blueprints of a domain with where they come from', async () => {
    const { blueprints, count } = listed.parse(await runTool(tool, {}, context()));
    expect(count).toBe(blueprints.length);
    expect(blueprints).toContainEqual({
      path: 'homeassistant/motion_light.yaml',
      domain: 'automation',
      name: 'Motion-activated Light',
      description: expect.stringContaining('motion'),
      source_url: expect.stringContaining('https://'),
      author: 'Home Assistant',
    });
    const scripts = listed.parse(await runTool(tool, { domain: 'script' }, context())).blueprints;
    expect(scripts.every(({ domain }) => domain === 'script')).toBe(true);
  });

  it('shows one with its inputs, and its body with each input where it goes', async () => {
    const answer = await runTool(tool, { path: 'homeassistant/motion_light' }, context());
    expect(answer).toMatchObject({
      path: 'homeassistant/motion_light.yaml',
      name: 'Motion-activated Light',
      metadata: { domain: 'automation' },
      inputs: { motion_entity: { name: 'Motion Sensor' }, no_motion_wait: { default: 120 } },
      config: { triggers: { entity_id: '!input motion_entity' } },
    });
    expect(JSON.stringify(answer['config'])).toContain('"delay":"!input no_motion_wait"');
  });
});

await describeHomes('ha_get_blueprint of none', (context) => {
  it('refuses an unknown path with those there are, and other domains', async () => {
    await expect(runTool(tool, { path: 'homeassistant/motion_lamp.yaml' }, context())).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      context: { available_blueprints: expect.any(Array) },
    });
    await expect(runTool(tool, { domain: 'scene' }, context())).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { valid_domains: ['automation', 'script'] },
    });
  });
});
