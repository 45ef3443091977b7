import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import type { TestToolContext } from '../testing/tool-context.ts';
import { tool as get } from './get.ts';
import { tool as remove } from './remove.ts';
import { tool } from './set.ts';

const config = { alias: 'Set test', sequence: [{ delay: { seconds: 1 } }] };

async function rename({ home }: TestToolContext, entityId: string, newEntityId: string): Promise<void> {
  await home.send({ type: 'config/entity_registry/update', entity_id: entityId, new_entity_id: newEntityId });
}

await describeHomes('ha_config_set_script', (context) => {
  it('creates one, then replaces it, each time until the home has it', async () => {
    const at = context();
    const made = await runTool(tool, { script_id: 'set_test', config }, at);
    expect(made).toMatchObject({ success: true, script_id: 'set_test', operation: 'created', result: 'ok' });
    expect((await at.home.states()).get('script.set_test')?.attributes['mode']).toBe('single');
    const changed = await runTool(tool, { script_id: 'script.set_test', config: { ...config, mode: 'restart' } }, at);
    expect(changed).toMatchObject({ script_id: 'set_test', operation: 'updated' });
    expect((await at.home.states()).get('script.set_test')?.attributes['mode']).toBe('restart');
    expect([...(made.warnings ?? []), ...(changed.warnings ?? [])]).toEqual([]);
    expect(at.keptEdits.map(({ before }) => before)).toEqual([undefined, config]);
    await runTool(remove, { script_id: 'set_test' }, at);
  });

  it('finds a renamed one by its entity id and writes it under its own key', async () => {
    const at = context();
    await runTool(tool, { script_id: 'set_test_rename', config }, at);
    await rename(at, 'script.set_test_rename', 'script.set_test_renamed');
    const read = await runTool(get, { script_id: 'script.set_test_renamed' }, at);
    expect(read.script_id).toBe('set_test_rename');
    const python_transform = "config['sequence'][0]['delay']['seconds'] = 5";
    const input = { script_id: 'script.set_test_renamed', config_hash: read.config_hash, python_transform };
    const changed = await runTool(tool, input, at);
    expect(changed).toMatchObject({ script_id: 'set_test_rename', action: 'python_transform' });
    expect(changed.warnings).toBeUndefined();
    const again = await runTool(get, { script_id: 'set_test_rename' }, at);
    expect(again.config.config['sequence']).toEqual([{ delay: { seconds: 5 } }]);
    expect(again.config_hash).toBe(changed.config_hash);
    await rename(at, 'script.set_test_renamed', 'script.set_test_rename');
    await runTool(remove, { script_id: 'set_test_rename' }, at);
  });

  it('recognizes one that comes back under the entity id it had before it was removed', async () => {
    const at = context();
    const script_id = 'set_test_again';
    await runTool(tool, { script_id, config }, at);
    await rename(at, 'script.set_test_again', 'script.set_test_came_back');
    await runTool(remove, { script_id }, at);
    const made = await runTool(tool, { script_id, config }, at);
    expect(made).toMatchObject({ script_id, operation: 'created' });
    expect(made.warnings).toBeUndefined();
    const states = await at.home.states();
    if (states.has('script.set_test_came_back')) await rename(at, 'script.set_test_came_back', 'script.set_test_again');
    await runTool(remove, { script_id }, at);
  });

  it('needs a sequence or a blueprint, also after a transform', async () => {
    const at = context();
    await expect(runTool(tool, { script_id: 'set_test_bare', config: { alias: 'x' } }, at)).rejects.toMatchObject({
      code: 'VALIDATION_MISSING_PARAMETER',
      context: { required_fields: ['sequence', 'use_blueprint'] },
    });
    const { config_hash } = await runTool(tool, { script_id: 'set_test_drop', config }, at);
    const dropping = { script_id: 'set_test_drop', config_hash, python_transform: "del config['sequence']" };
    await expect(runTool(tool, dropping, at)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await runTool(remove, { script_id: 'set_test_drop' }, at);
  });

  it('reports templates it cannot check and services the home has not', async () => {
    const at = context();
    const sequence = [{ action: 'notify.nobody' }, { action: 'light.turn_on', target: { entity_id: '{{ lamp }}' } }];
    const made = await runTool(tool, { script_id: 'set_test_refs', config: { sequence } }, at);
    expect(made.validation).toEqual({
      warnings: [{ path: 'sequence[0].action', value: 'notify.nobody', kind: 'service', reason: expect.any(String) }],
      unvalidated_templates: 1,
    });
    await runTool(remove, { script_id: 'set_test_refs' }, at);
  });
});
