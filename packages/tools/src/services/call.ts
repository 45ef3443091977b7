import { Fault, withContext } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { stringList, successShape } from '../shared/parameters.ts';
import { assertRawCommandAllowed, isReadingCommand } from './raw-command.ts';
import { runService } from './run-service.ts';
import { splitSelector } from './selector.ts';

const input = z.strictObject({
  domain: z.string().optional().describe('e.g. light'),
  service: z.string().optional().describe('e.g. turn_on'),
  entity_id: z
    .string()
    .optional()
    .describe('one id, or several separated by commas; areas, devices and labels go into data'),
  data: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('fields of the service, and area_id, device_id, floor_id or label_id'),
  return_response: z
    .boolean()
    .default(false)
    .describe('for services that answer with data, e.g. weather.get_forecasts'),
  wait: z.boolean().default(true).describe('wait up to 10 s for the state that proves it'),
  verbose: z.boolean().default(false),
  result_fields: stringList('keys of each changed state to keep').optional(),
  result_attribute_keys: stringList('attributes of each changed state to keep').optional(),
  ws_command: z.string().optional().describe('instead of a service: one WebSocket command, its fields in data'),
});

type Input = z.infer<typeof input>;

/** Home Assistant itself takes names of actions in any case; what is judged has to be what is sent. */
const plain = (name: string) => name.trim().toLowerCase();

const SERVICE_ONLY = [
  ...(['domain', 'service', 'entity_id', 'return_response', 'verbose'] as const),
  ...(['result_fields', 'result_attribute_keys'] as const),
] as const;

export const tool = defineTool({
  name: 'ha_call_service',
  title: 'Call Service',
  docs: 'Runs a Home Assistant action (service) on entities, areas, devices or labels: turn things on or off, set values, run scripts, send notifications. Waits until the state proves it. For many devices at once use ha_bulk_control; to find the action and its fields use ha_list_services.',
  tags: ['Service & Device Control'],
  scope: 'home',
  effect: {
    lowest: 'control',
    max: 'destroy',
    of: ({ ws_command }) => (ws_command === undefined || isReadingCommand(ws_command) ? 'control' : 'system'),
  },
  input,
  output: z.looseObject({
    ...successShape,
    message: z.string(),
    result: z.unknown(),
    parameters: z.record(z.string(), z.unknown()),
  }),
  targets(call) {
    const { domain, service, data = {}, entity_id } = call;
    if (domain === undefined || service === undefined) return [];
    const { selector, rest } = splitSelector(data, entity_id);
    return [{ action: `${plain(domain)}.${plain(service)}`, selector, data: rest }];
  },
  async run(call, context) {
    if (call.ws_command !== undefined) return runCommand(call, call.ws_command, context);
    const { domain, service } = call;
    if (!domain || !service) {
      throw new Fault('VALIDATION_FAILED', 'Name `domain` and `service`, e.g. light and turn_on.', {
        suggestion: 'ha_list_services shows what this home has.',
        context: { parameter: domain ? 'service' : 'domain' },
      });
    }
    return runService({ ...call, domain: plain(domain), service: plain(service) }, context);
  },
});

async function runCommand(call: Input, command: string, { home, signal }: ToolContext) {
  const { data = {} } = call;
  const given = SERVICE_ONLY.filter((key) => call[key] !== undefined && call[key] !== false);
  if (given.length > 0) {
    throw new Fault('VALIDATION_FAILED', `\`ws_command\` and ${given.join(', ')} were both given.`, {
      suggestion: 'Choose one of the two: a raw command takes its fields in data, a service its own parameters.',
      context: { parameter: 'ws_command' },
    });
  }
  assertRawCommandAllowed(command, data);
  const sent = home.send({ ...data, type: command }, { signal, isWrite: !isReadingCommand(command) });
  const result = await sent.catch((error: unknown) => {
    throw error instanceof Fault ? refusedCommand(error, command) : error;
  });
  return { success: true as const, ws_command: command, parameters: data, result, message: `Ran ${command}.` };
}

/** A refusal by the home itself, as any raw command may get; lost links and rights keep their own codes. */
function refusedCommand(fault: Fault, command: string): Fault {
  const isRefusal = fault.code === 'COMPONENT_NOT_INSTALLED' || fault.code === 'VALIDATION_FAILED';
  return withContext(fault, { ws_command: command }, isRefusal ? 'SERVICE_CALL_FAILED' : fault.code);
}
