import { createMirror } from '@hub/ha/mirror.ts';
import { createView } from '@hub/ha/mirrored-view.ts';
import { linkedHome } from '@hub/ha/testing/linked-home.ts';
import { defineTool, type Target, type Tool } from '@hub/tools/define.ts';
import { tool as bulkControl } from '@hub/tools/services/bulk.ts';
import { expect, onTestFinished, test } from 'vitest';
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

async function wholeView() {
  const { home } = await linkedHome();
  const mirror = createMirror(home);
  onTestFinished(mirror.drop);
  return createView(home, mirror);
}

test('a selector hidden in the data of a call is judged with the one beside it', async () => {
  const view = await wholeView();
  const effectOf = (data: Record<string, unknown>) =>
    expandedEffect(toolWith({ ...BLIND, data }), {}, { view, whole: view }).then(({ effect }) => effect);
  expect(await effectOf({})).toBe('control');
  expect(await effectOf({ area_id: 'garage' })).toBe('secure');
  expect(await effectOf({ entity_id: ['cover.garage_door'] })).toBe('secure');
  expect(await effectOf({ target: { area_id: 'garage' } })).toBe('secure');
});

test('a bulk selector is judged by what lies in its areas, less what it leaves out', async () => {
  const view = await wholeView();
  const effectOf = (selector: Record<string, unknown>, rest = {}) =>
    expandedEffect(bulkControl as Tool, bulkControl.input.parse({ selector, action: 'open', ...rest }), {
      view,
      whole: view,
    }).then(({ effect }) => effect);
  const ground = { domain: 'cover', floor_ids: ['ground_floor'] };
  expect(await effectOf(ground)).toBe('secure');
  expect(await effectOf({ ...ground, exclude_entity_ids: ['cover.garage_door'] })).toBe('control');
  expect(await effectOf({ domain: 'lock', area_ids: ['hallway'] }, { action: 'unlock' })).toBe('secure');
  expect(await effectOf({ domain: 'light', area_ids: ['garage'] }, { action: 'on' })).toBe('control');
});
