import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { pick } from '../shared/fields.ts';
import { ask, type RadioCall } from './action.ts';

const recordSchema = z.record(z.string(), z.unknown());
const backupSchema = z.looseObject({
  backup_time: z.string().optional(),
  network_info: recordSchema.catch({}),
  node_info: recordSchema.catch({}),
});
const settingsSchema = z.looseObject({
  radio_type: z.unknown(),
  device: recordSchema.catch({}),
  settings: z.unknown(),
});

/** Named one by one: what stands beside them are the keys of the network and of its devices. Source: zigpy `state.py` `NetworkInfo`. */
const NETWORK = 'channel channel_mask pan_id extended_pan_id nwk_update_id nwk_manager_id security_level source'.split(
  ' ',
);
const NODE = 'ieee nwk logical_type manufacturer model version'.split(' ');

export function networkSummary(answer: unknown) {
  const { radio_type, device, settings } = settingsSchema.parse(answer);
  return { radio_type, device: pick(device, ['path', 'baudrate', 'flow_control']), ...backupSummary(settings) };
}

/** A backup without anything secret. */
export function backupSummary(backup: unknown) {
  const parsed = backupSchema.safeParse(backup);
  if (!parsed.success) return {};
  const { backup_time, network_info, node_info } = parsed.data;
  const children = network_info['children'];
  return {
    ...(backup_time === undefined ? {} : { backup_time }),
    network_info: {
      ...pick(network_info, NETWORK),
      ...(Array.isArray(children) ? { children_count: children.length } : {}),
    },
    node_info: pick(node_info, NODE),
  };
}

/** A backup that ZHA keeps, by its time, so that its keys never leave the home; or one that the caller has. @throws Fault RESOURCE_NOT_FOUND */
export async function storedBackup(call: RadioCall): Promise<unknown> {
  const wanted = call.args['backup'];
  if (typeof wanted !== 'string') return wanted;
  const kept = z.array(backupSchema).parse(await ask(call, { type: 'zha/network/backups/list' }));
  const times = kept.flatMap(({ backup_time: time }) => time ?? []).sort();
  const time = wanted === 'latest' ? times.at(-1) : wanted;
  const found = kept.find((backup) => backup.backup_time !== undefined && backup.backup_time === time);
  if (found) return found;
  throw new Fault('RESOURCE_NOT_FOUND', 'ZHA keeps no such backup.', {
    suggestion: 'Use "latest", one of these times, or make one with network_backup.',
    context: { backup: wanted.slice(0, 80), available_backup_times: times.slice(-10) },
  });
}
