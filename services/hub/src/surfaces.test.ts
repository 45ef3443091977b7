import { openGate } from '@hub/gate/testing/open-gate.ts';
import { sharedRealHome } from '@hub/real-home/describe-real.ts';
import { createMetrics } from '@hub/runtime/metrics.ts';
import { createMemoryMap } from '@hub/runtime/volatile-map.ts';
import { expect, test } from 'vitest';
import { createSurfaces } from './surfaces.ts';

const real = await sharedRealHome();

test.skipIf(!real)('a picture comes as MCP content of its own, and its tool promises no JSON', async () => {
  await using open = await openGate({ homeCount: 0, others: real ? [real] : [] });
  const access = await open.connector({ ceiling: 'read' });
  const surfaces = createSurfaces({
    gate: open.gate,
    directory: {
      find: async (hash) => ({ hash, access }),
      findById: async () => undefined,
      forgetTenant: () => [],
      forgetAll: () => [],
      forgetExpired: () => [],
      refresh: async (known) => known,
    },
    metrics: createMetrics({ version: '0', service: 'hub' }),
    tasks: {
      tasks: { find: async () => undefined },
      kept: createMemoryMap({ maxEntries: 10, maxBytes: 1e6 }),
      jobsMaxDays: 90,
    },
    bestPractice: { keyOf: () => undefined },
    onUse: () => undefined,
  });
  const surface = await surfaces.resolve('any');
  const listed = surface?.listTools().find(({ name }) => name === 'ha_get_camera_image');
  expect(listed).not.toHaveProperty('outputSchema');
  const call = { name: 'ha_get_camera_image', signal: new AbortController().signal, protocolVersion: '2025-11-25' };
  const shown = await surface?.callTool({
    ...call,
    args: { entity_id: 'camera.demo_camera', width: 150, height: 100 },
  });
  expect(shown).toEqual({
    isError: false,
    content: [
      { type: 'image', mimeType: 'image/jpeg', data: expect.stringMatching(/^\/9j\//) },
      { type: 'text', text: expect.stringContaining('150 x 103 pixels') },
    ],
  });
  const refused = await surface?.callTool({ ...call, args: { entity_id: 'camera.nowhere' } });
  expect(refused).toMatchObject({ isError: true, structuredContent: { error: { code: 'ENTITY_NOT_FOUND' } } });
});
