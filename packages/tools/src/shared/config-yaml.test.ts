import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitForEntity, waitForGone } from '@hub/ha/wait-for.ts';
import { sharedRealHome } from '@hub/real-home/describe-real.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool as getAutomation } from '../automations/get.ts';
import { tool as removeAutomation } from '../automations/remove.ts';
import { tool as setAutomation } from '../automations/set.ts';
import { tool as getScene } from '../scenes/get.ts';
import { tool as setScene } from '../scenes/set.ts';
import { type OpenView, openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';

const PACKAGE = `
scene:
  - id: yaml_test_scene
    name: Yaml test with id
    entities: { sun.sun: above_horizon }
  - name: Yaml test without id
    entities: { sun.sun: above_horizon }
automation:
  - id: yaml_test_automation
    alias: Yaml test automation
    trigger: { platform: event, event_type: yaml_test }
    action: []
`;
const ENTITIES = ['scene.yaml_test_with_id', 'scene.yaml_test_without_id', 'automation.yaml_test_automation'];

const home = await sharedRealHome();
const packageFile = home?.configDir && join(home.configDir, 'packages', 'yaml_test.yaml');

/** What somebody wrote by hand in a package: Home Assistant's editor cannot reach it. */
describe.skipIf(!home || !packageFile)('an item written by hand in YAML', () => {
  let open: OpenView;
  const context = () => createToolContext({ view: open.view });
  const reload = async () => {
    for (const domain of ['scene', 'automation'])
      await open.view.send({ type: 'call_service', domain, service: 'reload' });
  };

  beforeAll(async () => {
    if (!home || !packageFile) return;
    open = await openView(home);
    await writeFile(packageFile, PACKAGE);
    await reload();
    for (const id of ENTITIES)
      await waitForEntity(open.view, (state) => state.entity_id === id, { deadlineMs: 10_000 });
  });
  afterAll(async () => {
    if (!home || !packageFile) return;
    await rm(packageFile, { force: true });
    await reload();
    for (const entity_id of ENTITIES) {
      if ((await open.view.entities()).has(entity_id))
        await open.view.send({ type: 'config/entity_registry/remove', entity_id });
      await waitForGone(open.view, entity_id, { deadlineMs: 10_000 });
    }
    await open[Symbol.asyncDispose]();
  });

  it('is there, but has no configuration to edit', async () => {
    for (const scene_id of ['scene.yaml_test_with_id', 'yaml_test_scene', 'scene.yaml_test_without_id']) {
      await expect(runTool(getScene, { scene_id }, context())).rejects.toMatchObject({
        code: 'CONFIG_NOT_FOUND',
        message: expect.stringContaining('editable'),
        suggestions: [expect.stringContaining('turn_on'), expect.any(String)],
      });
    }
  });

  it('is not doubled by a write under its name', async () => {
    const at = context();
    const config = { name: 'Shadow', entities: { 'sun.sun': 'above_horizon' } };
    for (const scene_id of ['scene.yaml_test_with_id', 'yaml_test_scene', 'scene.yaml_test_without_id'])
      await expect(runTool(setScene, { scene_id, config }, at)).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
    const automation = { alias: 'Shadow', triggers: [], actions: [] };
    const named = { identifier: 'automation.yaml_test_automation', config: automation };
    await expect(runTool(setAutomation, named, at)).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
    const removal = runTool(removeAutomation, { identifier: 'yaml_test_automation' }, at);
    await expect(removal).rejects.toMatchObject({ code: 'CONFIG_NOT_FOUND' });
    expect(at.keptEdits).toEqual([]);
  });

  it('is shown where Home Assistant tells what it loaded, and said to be read-only', async () => {
    const read = await runTool(getAutomation, { identifier: 'automation.yaml_test_automation' }, context());
    expect(read.config).toMatchObject({ alias: 'Yaml test automation', triggers: [{ trigger: 'event' }] });
    expect(read.warnings).toEqual([expect.stringContaining('YAML')]);
  });
});
