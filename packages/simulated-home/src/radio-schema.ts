import { type Call, type Command, command } from './command.ts';
import type { RadioState } from './radio-state.ts';
import { isRecord, textOf } from './read.ts';
import { Refusal, refuseInvalid, refuseMissing } from './refusal.ts';
import type { DeviceEntry } from './template.ts';

type Check = 'int' | 'str' | 'bool' | 'dict' | 'list' | 'ieee';

export interface RadioRequest extends Call {
  readonly radios: RadioState;
}

const isIt: Readonly<Record<Check, (value: unknown) => boolean>> = {
  int: (value) => Number.isInteger(value),
  str: (value) => typeof value === 'string',
  bool: (value) => typeof value === 'boolean',
  dict: isRecord,
  list: Array.isArray,
  ieee: (value) => typeof value === 'string' && /^([0-9a-f]{2}:){7}[0-9a-f]{2}$/i.test(value),
};

/**
 * A command of a radio's integration, unknown where that is not set up. `fields` are "name:type", required with "!": what Home Assistant's
 * schema of that command takes, no more.
 */
export function radioCommand(integration: string, fields: string, run: (request: RadioRequest) => unknown): Command {
  const checks = fields
    .split(' ')
    .filter((field) => field !== '')
    .map(readField);
  const keys = checks.map(({ name, isRequired }) => `${name}${isRequired ? '!' : ''}`).join(' ');
  return command(keys, (call) => {
    const { radios } = call.home;
    if (!radios || !hasIntegration(call, integration)) throw new Refusal('unknown_command', 'Unknown command.');
    for (const { name, type } of checks) {
      const value = call.message[name];
      if (value !== undefined && type && !isIt[type](value))
        refuseInvalid(`expected ${type} for dictionary value @ data['${name}']. Got ${JSON.stringify(value)}`);
    }
    const result = run({ ...call, radios });
    const { id: _id, ...told } = call.message;
    radios.told.push(told);
    return result;
  });
}

function readField(field: string) {
  const [name = '', type] = field.replace('!', '').split(':');
  return { name, type: type as Check | undefined, isRequired: field.endsWith('!') };
}

function hasIntegration({ home }: Call, integration: string): boolean {
  return [...home.template.configEntries.values()].some(({ domain }) => domain === integration);
}

/** @throws Refusal not_found for an entry of something else */
export function refuseOtherEntry({ home, message }: RadioRequest, integration: string): void {
  const entryId = textOf(message['entry_id']);
  if (home.template.configEntries.get(entryId)?.['domain'] !== integration)
    refuseMissing(`Config entry ${entryId} not found`);
}

/** The second half of a device's identifier of this integration. */
export function addressOf(device: DeviceEntry | undefined, integration: string): string | undefined {
  const identifiers = Array.isArray(device?.['identifiers']) ? device['identifiers'] : [];
  const found = identifiers.find((pair) => Array.isArray(pair) && pair[0] === integration);
  return Array.isArray(found) ? textOf(found[1]) : undefined;
}

export function devicesOf({ home }: Call, integration: string): { device: DeviceEntry; address: string }[] {
  return home.devices.values().flatMap((device) => {
    const address = addressOf(device, integration);
    return address === undefined ? [] : [{ device, address }];
  });
}
