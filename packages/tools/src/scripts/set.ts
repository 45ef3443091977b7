import { z } from 'zod';
import { defineTool } from '../define.ts';
import { SCRIPT } from '../shared/config-kinds.ts';
import { setParameters, setShape } from '../shared/config-parameters.ts';
import { setConfig } from '../shared/config-set.ts';

export const tool = defineTool({
  name: 'ha_config_set_script',
  title: 'Create or Update Script',
  docs: 'Creates a script or replaces the one with this id: give `sequence`, a list of actions (alias, mode, fields as needed), or use_blueprint. To change only a part, read it with ha_config_get_script and send a python_transform with its config_hash. References to services or entities that the home has not are reported under validation, not refused.',
  tags: ['Scripts'],
  scope: 'home',
  effect: 'configure',
  input: z.strictObject({
    script_id: z.string().describe('lower case letters, digits and _, e.g. morning_routine'),
    ...setParameters,
  }),
  output: z.strictObject({ ...setShape, script_id: z.string() }),
  items: ({ script_id }) => [{ kind: 'script', id: script_id }],
  async run(input, context) {
    const { id, answer } = await setConfig(context, SCRIPT, input.script_id, input);
    return { ...answer, script_id: id };
  },
});
