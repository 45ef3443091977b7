import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { SCRIPT } from '../shared/config-kinds.ts';
import { isItemAlone, isWriting, setOrRunShape, setParameters, takesControl } from '../shared/config-parameters.ts';
import { loadedEntity, runItem, storedEffect } from '../shared/config-run.ts';
import { setConfig } from '../shared/config-set.ts';
import { controlTaken } from '../shared/take-control.ts';

const input = z.strictObject({
  script_id: z.string().describe('lower case letters, digits and _, e.g. morning_routine'),
  ...setParameters,
  ...takesControl,
  run: z.enum(['start', 'stop']).optional().describe('instead of a write'),
  variables: z.record(z.string(), z.unknown()).optional().describe('of the run that starts'),
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_config_set_script',
  title: 'Create or Update Script',
  docs: 'Creates a script or replaces the one with this id: give `sequence`, a list of actions (alias, mode, fields as needed), or use_blueprint. To change only a part, read it with ha_config_get_script and send a python_transform with its config_hash. References to services or entities that the home has not are reported under validation, not refused.',
  tags: ['Scripts'],
  scope: 'home',
  effect: 'configure',
  input,
  output: z.strictObject({ ...setOrRunShape, script_id: z.string(), entity_id: z.string().optional() }),
  items: ({ script_id }) => [{ kind: 'script', id: script_id }],
  isOneEdit: (call) => isItemAlone(call) && call.run === undefined,
  effectIn: ({ run, script_id }, view, reached) =>
    run === 'start' ? storedEffect(view, SCRIPT, script_id, 'script.turn_on', reached) : Promise.resolve('control'),
  async run(call, context) {
    checkRun(call);
    if (call.run !== undefined) return runScript(call, call.run, context);
    const wanted = call.take_control_of_blueprint ? await controlTaken(context, SCRIPT, call.script_id, call) : call;
    const { id, answer } = await setConfig(context, SCRIPT, call.script_id, wanted);
    return {
      ...answer,
      ...(call.take_control_of_blueprint ? { action: 'take_control_of_blueprint' as const } : {}),
      script_id: id,
    };
  },
});

/** @throws Fault VALIDATION_INVALID_PARAMETER for a run beside a write, or variables without a start */
function checkRun(call: Input): void {
  const isBeside = call.run !== undefined && (isWriting(call) || call.category !== undefined);
  const isLost = call.variables !== undefined && call.run !== 'start';
  if (!isBeside && !isLost) return;
  const message = isBeside ? '`run` goes without a write.' : '`variables` go with run "start".';
  throw new Fault('VALIDATION_INVALID_PARAMETER', message, {
    suggestion: 'Write the script first, then start it by a call of its own.',
    context: { parameter: isBeside ? 'run' : 'variables' },
  });
}

async function runScript({ script_id, variables }: Input, run: 'start' | 'stop', context: ToolContext) {
  const { id, entityId } = await loadedEntity(context.home, SCRIPT, script_id);
  const action = run === 'start' ? 'script.turn_on' : 'script.turn_off';
  const warnings = await runItem(context, action, entityId, variables ? { variables } : {});
  return {
    success: true as const,
    action: run,
    script_id: id,
    entity_id: entityId,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}
