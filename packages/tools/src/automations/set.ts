import type { Effect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import { type Reached, sequenceEffect } from '@hub/ha/effects.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { AUTOMATION } from '../shared/config-kinds.ts';
import { isItemAlone, isWriting, setOrRunShape, setParameters, takesControl } from '../shared/config-parameters.ts';
import { loadedEntity, storedEffect } from '../shared/config-run.ts';
import { setConfig } from '../shared/config-set.ts';
import { controlTaken } from '../shared/take-control.ts';
import { runAutomation, runShape, runWritten } from './run.ts';

const input = z.strictObject({
  identifier: z.string().optional().describe('entity id or stored id of the one to change; leave out to create'),
  ...setParameters,
  ...takesControl,
  enabled: z.boolean().optional().describe('switches it on or off, with a write or alone'),
  run_actions: z.boolean().default(false).describe('runs its actions now, with a write or alone'),
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_config_set_automation',
  title: 'Create or Update Automation',
  docs: 'Creates an automation, or with `identifier` replaces one: give alias, triggers and actions (conditions, mode as needed), or alias and use_blueprint. To change a part, read it with ha_config_get_automation and send a python_transform with its config_hash. What it names and the home has not is told under validation.',
  tags: ['Automations'],
  scope: 'home',
  effect: 'configure',
  input,
  output: z.strictObject({
    ...setOrRunShape,
    ...runShape,
    automation_id: z.string(),
    unique_id: z.string(),
    entity_id: z.string().nullable(),
  }),
  items: ({ identifier }) => [{ kind: 'automation', id: identifier ?? 'new' }],
  isOneEdit: (call) => isItemAlone(call) && call.enabled === undefined && !call.run_actions,
  makesNewId: ({ identifier }) => identifier === undefined,
  effectIn,
  async run(call, context) {
    const isRun = call.enabled !== undefined || call.run_actions;
    if (isRun && !isWriting(call)) return runAlone(call, context);
    const wanted = call.take_control_of_blueprint
      ? await controlTaken(context, AUTOMATION, call.identifier, call)
      : call;
    const { identifier } = call;
    const written = await setConfig(context, AUTOMATION, identifier, { ...wanted, wait: call.wait || isRun });
    const { warnings: ran, ...facts } = await runWritten(context, written, call);
    const warnings = [...(written.answer.warnings ?? []), ...ran];
    return {
      ...written.answer,
      ...facts,
      ...(call.take_control_of_blueprint ? { action: 'take_control_of_blueprint' as const } : {}),
      automation_id: identifier ?? written.id,
      unique_id: written.id,
      entity_id: written.entityId ?? null,
      ...(warnings.length > 0 ? { warnings } : {}),
    };
  },
});

/** Running what is written in the same call is judged by what is written. */
async function effectIn(call: Input, view: View, reached: Reached): Promise<Effect> {
  const { identifier, config, python_transform: transform, enabled, run_actions: runs } = call;
  if (!runs) return enabled === true && !isWriting(call) ? stored('automation.turn_on') : 'control';
  if (transform !== undefined) return 'secure';
  if (!config) return stored('automation.trigger');
  if ('use_blueprint' in config) return 'secure';
  return sequenceEffect([config['actions'], config['action']], view, reached);

  function stored(action: string): Promise<Effect> {
    return storedEffect(view, AUTOMATION, identifier, action, reached);
  }
}

async function runAlone(call: Input, context: ToolContext) {
  const { identifier, category, run_actions } = call;
  if (identifier === undefined || category !== undefined) {
    const parameter = identifier === undefined ? 'identifier' : 'category';
    const problem = identifier === undefined ? 'identifier is required' : 'category goes with a write';
    throw new Fault('VALIDATION_INVALID_PARAMETER', `${problem} when neither config nor python_transform is given.`, {
      suggestion: 'enabled and run_actions alone act on the automation that identifier names.',
      context: { parameter },
    });
  }
  const { id, entityId } = await loadedEntity(context.home, AUTOMATION, identifier);
  const { warnings, ...facts } = await runAutomation(context, entityId, call);
  return {
    success: true as const,
    action: call.enabled === undefined && run_actions ? ('run_actions' as const) : ('set_enabled' as const),
    ...facts,
    automation_id: entityId,
    unique_id: id,
    entity_id: entityId,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}
