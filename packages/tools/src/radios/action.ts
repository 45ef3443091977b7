import type { Effect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import type { ConfigEntry } from '@hub/ha/config-entries.ts';
import type { Command } from '@hub/ha/home.ts';
import type { Device } from '@hub/ha/records.ts';
import type { ToolContext } from '../define.ts';

export type Radio = 'zwave' | 'zigbee' | 'matter' | 'thread';
export type Args = Readonly<Record<string, unknown>>;

/** One call, with what is known of its radio already. */
export interface RadioCall {
  readonly radio: Radio;
  readonly action: string;
  readonly args: Args;
  readonly context: ToolContext;
  /** The loaded or not loaded entries of the action's integration; at least one, unless the action needs none. */
  readonly entries: readonly ConfigEntry[];
  /** The device of `device_id` or `entity_id`, which belongs to this radio; undefined when neither was given. */
  readonly device: Device | undefined;
}

export interface RadioAction {
  readonly does: string;
  readonly effect: Effect;
  readonly required?: readonly string[];
  readonly optional?: readonly string[];
  readonly needsConfirm?: true;
  /** The home takes it and goes on with it afterwards. */
  readonly isLongRunning?: true;
  /** The integration it needs, where that is not the radio's own; null when the command itself tells. */
  readonly integration?: string | null;
  run(call: RadioCall): Promise<Readonly<Record<string, unknown>>>;
}

export interface RadioActions {
  /** Home Assistant's integration, which also marks the radio's devices. */
  readonly integration: string;
  /** What people may be missing where it is not set up. */
  readonly absent: string;
  readonly actions: Readonly<Record<string, RadioAction>>;
}

const SLOW_MS = 100_000;

/** A command that only looks. */
export function ask({ context: { home, signal } }: RadioCall, command: Command): Promise<unknown> {
  return home.send(command, { signal, isWrite: false });
}

/** A command that changes something; devices on batteries take their time. */
export function act({ context: { home, signal } }: RadioCall, command: Command): Promise<unknown> {
  return home.send(command, { signal, isWrite: true, deadlineMs: SLOW_MS });
}

/** The named arguments that were given, as Home Assistant's fields of the same name. */
export function given(args: Args, ...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (isMissing(args[name]) ? [] : [[name, args[name]]])));
}

export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** @throws Fault VALIDATION_INVALID_PARAMETER naming what is missing */
export function missing({ radio, action }: Pick<RadioCall, 'radio' | 'action'>, names: readonly string[]): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `${radio}/${action} needs ${names.join(', ')}.`, {
    suggestion: names.map((name) => (name === 'device_id' ? 'Give device_id or entity_id.' : `Give params.${name}.`)),
    context: { radio, action, missing: names },
  });
}

/** The device of the call. @throws Fault VALIDATION_INVALID_PARAMETER when none was given */
export function deviceOf(call: RadioCall): Device {
  if (!call.device) throw missing(call, ['device_id']);
  return call.device;
}

/** The network meant: the one of the device, the one named, or the only one. @throws Fault VALIDATION_INVALID_PARAMETER */
export function entryIdOf(call: RadioCall): string {
  const { args, device, entries, radio, action } = call;
  const ids = entries.map(({ entry_id: id }) => id);
  const named =
    args['entry_id'] ?? device?.['config_entry_id'] ?? device?.config_entries?.find((id) => ids.includes(id));
  const [only, ...others] = named === undefined ? ids : ids.filter((id) => id === named);
  if (only !== undefined && others.length === 0) return only;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `${radio}/${action}: which of the networks is meant?`, {
    suggestion: `Give params.entry_id: ${ids.join(' or ')}.`,
    context: { radio, action, available_entry_ids: ids },
  });
}
