import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
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
