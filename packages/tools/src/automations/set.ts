import { z } from 'zod';
import { defineTool } from '../define.ts';
import { AUTOMATION } from '../shared/config-kinds.ts';
import { setParameters, setShape } from '../shared/config-parameters.ts';
import { setConfig } from '../shared/config-set.ts';

export const tool = defineTool({
  name: 'ha_config_set_automation',
  title: 'Create or Update Automation',
  docs: 'Creates an automation, or with `identifier` replaces one: give alias, triggers and actions (conditions, mode, description as needed), or alias and use_blueprint. To change only a part, read it with ha_config_get_automation and send a python_transform with its config_hash. References to services or entities that the home has not are reported under validation, not refused.',
  tags: ['Automations'],
  scope: 'home',
  effect: 'configure',
  input: z.strictObject({
    identifier: z.string().optional().describe('entity id or stored id of the one to change; leave out to create'),
    ...setParameters,
  }),
  output: z.strictObject({
    ...setShape,
    automation_id: z.string(),
    unique_id: z.string(),
    entity_id: z.string().nullable(),
  }),
  items: ({ identifier }) => [{ kind: 'automation', id: identifier ?? 'new' }],
  async run(input, context) {
    const { identifier } = input;
    const { id, entityId, answer } = await setConfig(context, AUTOMATION, identifier, input);
    return { ...answer, automation_id: identifier ?? id, unique_id: id, entity_id: entityId ?? null };
  },
});
