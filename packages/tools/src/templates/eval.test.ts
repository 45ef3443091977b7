import { expect, it } from 'vitest';
import { describeHomes, describeRealHome } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { someLight } from '../testing/some-light.ts';
import { tool } from './eval.ts';

await describeHomes('ha_eval_template', (context) => {
  it('renders against the states of the home', async () => {
    const at = context();
    const light = await someLight(at.home);
    const answer = await runTool(tool, { template: `{{ states('${light}') }}` }, at);
    expect(answer).toMatchObject({ success: true, result: (await at.home.states()).get(light)?.state });
  });

  it('a broken template is told with its own error and the template', async () => {
    const template = '{{ nope( }}';
    await expect(runTool(tool, { template }, context())).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      context: { template },
    });
  });
});

await describeRealHome('ha_eval_template with variables and conditions', (context) => {
  it('knows the variables it is given, and is strict when told', async () => {
    const template = '{{ trigger.to_state.state }} {{ nobody }}';
    const variables = { trigger: { to_state: { state: 'ajar' } } };
    expect(await runTool(tool, { template: '{{ trigger.to_state.state }}', variables }, context())).toMatchObject({
      result: 'ajar',
    });
    await expect(runTool(tool, { template, variables, strict: true }, context())).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringContaining('nobody'),
    });
  });

  it('tells whether a condition holds now', async () => {
    const at = context();
    const light = await someLight(at.home);
    const state = (await at.home.states()).get(light)?.state;
    const condition = { condition: 'state', entity_id: light, state };
    expect(await runTool(tool, { condition }, at)).toMatchObject({ condition, result: true });
    const other = { ...condition, state: 'never so' };
    expect(await runTool(tool, { condition: other }, at)).toMatchObject({ result: false });
    await expect(runTool(tool, { condition: { condition: 'nonsense' } }, at)).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
    await expect(runTool(tool, {}, at)).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    await expect(runTool(tool, { template: 'x', condition }, at)).rejects.toMatchObject({
      context: { parameter: 'condition' },
    });
  });

  it.each([
    ['as it is', '{{ TOKEN }}'],
    ['letter by letter', '{{ TOKEN | list }}'],
    ['joined by blanks', "{{ TOKEN | list | join(' ') }}"],
    ['backwards', '{{ TOKEN | reverse }}'],
    ['in halves', '{{ TOKEN[10:40] }}'],
    ['among all attributes', '{{ states.camera.demo_camera.attributes.values() | list }}'],
    ['by its picture', "{{ state_attr('camera.demo_camera', 'entity_picture') }}"],
  ])("a camera's live token is not told: %s", async (_how, template) => {
    const at = context();
    const token = "states.camera.demo_camera.attributes['access' ~ '_token']";
    await expect(runTool(tool, { template: template.replace('TOKEN', token) }, at)).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      message: expect.stringContaining('withheld'),
    });
    const length = { template: `{{ ${token} | length }}` };
    expect(await runTool(tool, length, at)).toMatchObject({ result: 64 });
  });
});
