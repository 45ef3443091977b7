import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { someLight, switchTo } from '../testing/some-light.ts';
import { tool } from './call.ts';

await describeHomes('ha_call_service', (context) => {
  it('answers with the state that proves it, and with what changed', async () => {
    const at = context();
    const light = await someLight(at.home);
    await switchTo(at.home, light, 'off');
    const answer = await runTool(
      tool,
      { domain: 'light', service: 'turn_on', entity_id: light, data: { brightness: 77 } },
      at,
    );
    expect(answer).toMatchObject({
      success: true,
      verified_state: 'on',
      entity_id: light,
      parameters: { brightness: 77 },
    });
    expect(answer.result).toEqual([expect.objectContaining({ entity_id: light, state: 'on' })]);
    expect((await at.home.states()).get(light)?.state).toBe('on');
  });

  it('does not wait for a state that is already so', async () => {
    const at = context();
    const light = await someLight(at.home);
    await switchTo(at.home, light, 'on');
    const answer = await runTool(tool, { domain: 'light', service: 'turn_on', entity_id: light }, at);
    expect(answer).toMatchObject({ verified_state: 'on' });
    expect(answer).not.toHaveProperty('partial');
  });

  it('an unknown service is refused as Home Assistant does, with the way to look it up', async () => {
    const at = context();
    const light = await someLight(at.home);
    await expect(runTool(tool, { domain: 'light', service: 'turn_onn', entity_id: light }, at)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining('400'),
      context: { domain: 'light', service: 'turn_onn' },
    });
  });

  it('an entity that is not there is refused before anything is sent', async () => {
    await expect(
      runTool(tool, { domain: 'light', service: 'turn_on', entity_id: 'light.not_there' }, context()),
    ).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
  });

  it('names the action and the expanded selector for the policy', () => {
    expect(
      tool.targets?.(
        tool.input.parse({
          domain: 'light',
          service: 'turn_on',
          entity_id: 'light.a,light.b',
          data: { area_id: 'x', brightness: 1 },
        }),
      ),
    ).toEqual([
      {
        action: 'light.turn_on',
        selector: { area_id: 'x', entity_id: ['light.a', 'light.b'] },
        data: { brightness: 1 },
      },
    ]);
  });

  it('runs a reading command as it is', async () => {
    const answer = await runTool(tool, { ws_command: 'config/area_registry/list' }, context());
    expect(answer).toMatchObject({ success: true, ws_command: 'config/area_registry/list', result: expect.any(Array) });
  });

  it.each([
    'subscribe_events',
    'call_service',
    'auth/current_user',
    'config/entity_registry/update',
    'supervisor/api',
    'debug_console/execute',
  ])('%s is no raw command', async (command) => {
    await expect(runTool(tool, { ws_command: command }, context())).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it('a raw command that is not known to read counts as a change of the system', () => {
    const effectOf = (command: string) =>
      typeof tool.effect === 'string' ? tool.effect : tool.effect.of(tool.input.parse({ ws_command: command }));
    expect(effectOf('config/area_registry/list')).toBe('control');
    expect(effectOf('backup/generate')).toBe('system');
  });
});
