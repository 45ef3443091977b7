import { createDirectHome } from '@hub/ha/direct.ts';
import { createMirror } from '@hub/ha/mirror.ts';
import { createView } from '@hub/ha/mirrored-view.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { defineTool, type Target } from '@hub/tools/define.ts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { expandedEffect } from './expanded-effect.ts';

const BLIND = { action: 'cover.open_cover', selector: { entity_id: 'cover.living_room' } };

function toolWith(target: Target) {
  return defineTool({
    name: 'ha_test',
    title: 'Test',
    docs: '',
    tags: [],
    scope: 'home',
    effect: 'control',
    input: z.unknown(),
    output: z.unknown(),
    targets: () => [target],
    run: async () => undefined,
  });
}

test('a selector hidden in the data of a call is judged with the one beside it', async () => {
  const simulated = await startSimulatedHome();
  const home = createDirectHome({
    id: 'h',
    url: simulated.url,
    token: simulated.token,
    allowPrivateAddresses: true,
  });
  const mirror = createMirror(home);
  const view = createView(home, mirror);
  const effectOf = (data: Record<string, unknown>) => expandedEffect(toolWith({ ...BLIND, data }), {}, view);
  try {
    expect(await effectOf({})).toBe('control');
    expect(await effectOf({ area_id: 'garage' })).toBe('secure');
    expect(await effectOf({ entity_id: ['cover.garage_door'] })).toBe('secure');
    expect(await effectOf({ target: { area_id: 'garage' } })).toBe('secure');
  } finally {
    mirror.drop();
    await home.close();
    await simulated.close();
  }
});
