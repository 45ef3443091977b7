import { Fault } from '@hub/core/fault.ts';
import { listConfigEntries } from '@hub/ha/config-entries.ts';
import type { Device } from '@hub/ha/records.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { deviceNotFound } from '../devices/not-found.ts';
import { entityNotFound } from '../shared/entity-not-found.ts';
import { successShape } from '../shared/parameters.ts';
import type { Args, Radio, RadioAction, RadioActions, RadioCall } from './action.ts';
import { checkCall } from './check-call.ts';
import { firmwareInstalled } from './firmware.ts';
import { matter } from './matter.ts';
import { belongsTo } from './membership.ts';
import { thread } from './thread.ts';
import { zigbee } from './zigbee.ts';
import { zwave } from './zwave.ts';

const RADIOS: Readonly<Record<Radio, RadioActions>> = { zwave, zigbee, matter, thread };

const input = z.strictObject({
  radio: z.enum(['zwave', 'zigbee', 'matter', 'thread']),
  action: z
    .string()
    .describe('diagnostics, network_status, ping, add, permit_join, commission, …; a wrong one lists all'),
  device_id: z.string().optional(),
  entity_id: z.string().optional().describe('of the device meant'),
  params: z.record(z.string(), z.unknown()).optional().describe('what the action needs, e.g. code, property, value'),
  confirm: z.boolean().default(false).describe('true for what cannot be taken back'),
});

type Input = z.infer<typeof input>;

export const tool = defineTool({
  name: 'ha_manage_radio',
  title: 'Manage Radios (Z-Wave / Zigbee / Matter / Thread)',
  docs: 'Works on the radio networks themselves: pair and remove devices, ping, re-interview, rebuild routes, groups and bindings, channels, firmware. Long work is started and goes on at home. To look at devices use ha_get_device, at whole networks ha_get_system_health. Network keys are never shown.',
  tags: ['Matter', 'Radio Management', 'Thread', 'Z-Wave', 'Zigbee'],
  scope: 'home',
  effect: { lowest: 'read', max: 'destroy', of: (call) => actionOf(call)?.effect ?? 'read' },
  input,
  output: z.looseObject({
    ...successShape,
    radio: z.string(),
    action: z.string(),
    available: z.literal(false).optional(),
    long_running: z.literal(true).optional(),
  }),
  items: ({ device_id, params }) => {
    const id = device_id ?? params?.['device_id'];
    return typeof id === 'string' ? [{ kind: 'device', id }] : [];
  },
  answers: { 'update.install': firmwareInstalled },
  async run(call, context) {
    const radio = RADIOS[call.radio];
    const action = actionOf(call);
    const args: Args = { ...call.params, ...(call.device_id ? { device_id: call.device_id } : {}) };
    const isDeviceGiven = call.entity_id !== undefined || 'device_id' in args;
    if (!action) throw unknownAction(call, radio.actions);
    checkCall(call, action, args, isDeviceGiven);
    const facts = { success: true as const, radio: call.radio, action: call.action };
    const domain = action.integration === undefined ? radio.integration : action.integration;
    const entries = domain === null ? [] : await listConfigEntries(context.home, domain, { signal: context.signal });
    if (domain !== null && entries.length === 0) return absent(facts, radio);
    const device = await deviceMeant(call, args, radio, context);
    const request: RadioCall = { radio: call.radio, action: call.action, args, context, entries, device };
    try {
      const result = await action.run(request);
      return { ...facts, ...result, ...(action.isLongRunning ? { long_running: true as const } : {}) };
    } catch (error) {
      if (error instanceof Fault && error.code === 'COMPONENT_NOT_INSTALLED') return absent(facts, radio);
      throw error;
    }
  },
});

function actionOf({ radio, action }: Input): RadioAction | undefined {
  const { actions } = RADIOS[radio];
  return Object.hasOwn(actions, action) ? actions[action] : undefined;
}

/** The home has no such radio; nothing was sent. */
function absent(facts: { success: true; radio: string; action: string }, { absent: why }: RadioActions) {
  return { ...facts, available: false as const, warnings: [`${why}; nothing was done.`] };
}

function unknownAction({ radio, action }: Input, actions: RadioActions['actions']): Fault {
  const supported = Object.keys(actions).sort();
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`action\`: ${radio} has no action '${action.slice(0, 40)}'.`, {
    suggestion: supported.map((name) => `${name}: ${actions[name]?.does}`),
    context: { radio, action, supported },
  });
}

/** @throws Fault ENTITY_NOT_FOUND | RESOURCE_NOT_FOUND | VALIDATION_INVALID_PARAMETER for a device of something else */
async function deviceMeant(
  { radio, entity_id: entityId }: Input,
  args: Args,
  { integration }: RadioActions,
  { home }: ToolContext,
): Promise<Device | undefined> {
  const given = args['device_id'];
  const id = typeof given === 'string' && given !== '' ? given : entityId && (await deviceOfEntity(entityId, home));
  if (!id) return undefined;
  const [devices, entities] = await Promise.all([home.devices(), home.entities()]);
  const device = devices.get(id);
  if (!device) throw deviceNotFound(id, devices.keys());
  if (belongsTo(device, integration, entities.values())) return device;
  throw new Fault(
    'VALIDATION_INVALID_PARAMETER',
    `The device is not one of ${integration}, so ${radio} cannot reach it.`,
    {
      suggestion: `ha_get_device with integration ${integration} lists those that are.`,
      context: { radio, device_id: id },
    },
  );
}

async function deviceOfEntity(entityId: string, home: ToolContext['home']): Promise<string> {
  const entries = await home.entities();
  const entry = entries.get(entityId);
  if (entry?.device_id) return entry.device_id;
  if (!entry) throw entityNotFound(entityId, entries.keys());
  throw new Fault('ENTITY_NOT_FOUND', `${entityId} belongs to no device.`, {
    suggestion: 'Name an entity of the device, or its device_id.',
    context: { entity_id: entityId },
  });
}
