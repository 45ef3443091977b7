import { Fault } from '@hub/core/fault.ts';
import { callService } from '@hub/ha/services.ts';
import { startCommand } from '@hub/ha/start-command.ts';
import { z } from 'zod';
import { identifierOf } from '../devices/device-info.ts';
import { act, ask, deviceOf, given, type RadioActions, type RadioCall } from './action.ts';
import { firmwareUpdate } from './firmware.ts';
import { backupSummary, networkSummary, storedBackup } from './zigbee-network.ts';

const CLUSTER = ['device_id', 'endpoint_id', 'cluster_id'];
const recordSchema = z.record(z.string(), z.unknown());

/** Source: HA `components/zha/websocket_api.py` and `services.py`. */
export const zigbee: RadioActions = {
  integration: 'zha',
  absent: 'ZHA is not set up in this home; Zigbee2MQTT and deCONZ are managed in their own apps',
  actions: {
    diagnostics: {
      does: 'links, neighbours and routes of one device',
      effect: 'read',
      required: ['device_id'],
      async run(call) {
        const ieee = ieeeOf(call);
        return { ieee, diagnostics: await ask(call, { type: 'zha/device', ieee }) };
      },
    },
    network_status: {
      does: 'channel, ids and radio of the network, without its keys',
      effect: 'read',
      async run(call) {
        const network = networkSummary(await ask(call, { type: 'zha/network/settings' }));
        return { config_entry_id: call.entries[0]?.entry_id, network };
      },
    },
    permit_join: {
      does: 'lets devices join, for 60 s unless duration says',
      effect: 'system',
      optional: ['duration', 'device_id', 'ieee', 'source_ieee', 'install_code', 'qr_code'],
      isLongRunning: true,
      async run(call) {
        const ieee = call.args['ieee'] ?? (call.device ? ieeeOf(call) : null);
        const duration = call.args['duration'] ?? 60;
        const code = given(call.args, 'source_ieee', 'install_code', 'qr_code');
        const { home, signal } = call.context;
        const command = { ...code, ...(ieee === null ? {} : { ieee }), type: 'zha/devices/permit', duration };
        await startCommand(home, command, { signal });
        return { duration, ieee, note: 'Put the device into pairing mode now.' };
      },
    },
    remove_device: {
      does: 'takes a device out of the network',
      effect: 'destroy',
      required: ['device_id'],
      needsConfirm: true,
      async run(call) {
        const ieee = ieeeOf(call);
        await service(call, 'remove', { ieee });
        return { ieee };
      },
    },
    reconfigure: {
      does: 'asks a device again what it can do and sets it up anew',
      effect: 'system',
      required: ['device_id'],
      isLongRunning: true,
      async run(call) {
        const ieee = ieeeOf(call);
        const { home, signal } = call.context;
        await startCommand(home, { type: 'zha/devices/reconfigure', ieee }, { signal });
        return { ieee };
      },
    },
    group_add: {
      does: 'makes a group',
      effect: 'system',
      required: ['group_name'],
      optional: ['group_id', 'members'],
      run: async (call) => ({
        group: await act(call, { ...given(call.args, 'group_name', 'group_id', 'members'), type: 'zha/group/add' }),
      }),
    },
    group_remove: {
      does: 'removes groups',
      effect: 'destroy',
      required: ['group_ids'],
      needsConfirm: true,
      run: async (call) => ({
        groups: await act(call, { type: 'zha/group/remove', group_ids: call.args['group_ids'] }),
      }),
    },
    group_members_add: members('add', 'puts {ieee, endpoint_id} into a group'),
    group_members_remove: members('remove', 'takes {ieee, endpoint_id} out of a group'),
    bind: { ...binding('bind'), does: 'lets one device steer another directly' },
    unbind: { ...binding('unbind'), does: 'ends a direct binding', needsConfirm: true },
    cluster_read: {
      does: 'reads an attribute (its number)',
      effect: 'read',
      required: [...CLUSTER, 'attribute'],
      optional: ['cluster_type', 'manufacturer'],
      async run(call) {
        const type = 'zha/devices/clusters/attributes/value';
        return { ieee: ieeeOf(call), value: await ask(call, { ...clusterOf(call, 'attribute'), type }) };
      },
    },
    cluster_write: {
      does: 'writes an attribute',
      effect: 'system',
      required: [...CLUSTER, 'attribute', 'value'],
      optional: ['cluster_type', 'manufacturer'],
      needsConfirm: true,
      async run(call) {
        await service(call, 'set_zigbee_cluster_attribute', clusterOf(call, 'attribute', 'value'));
        return { ieee: ieeeOf(call) };
      },
    },
    cluster_command: {
      does: 'sends a command of a cluster (command_type server or client)',
      effect: 'system',
      required: [...CLUSTER, 'command', 'command_type'],
      optional: ['cluster_type', 'manufacturer', 'params', 'args'],
      needsConfirm: true,
      async run(call) {
        const fields = clusterOf(call, 'command', 'command_type', 'params', 'args');
        await service(call, 'issue_zigbee_cluster_command', 'args' in fields ? fields : { params: {}, ...fields });
        return { ieee: ieeeOf(call) };
      },
    },
    network_backup: {
      does: 'makes a backup of the network, which ZHA keeps',
      effect: 'system',
      async run(call) {
        const made = recordSchema.parse(await act(call, { type: 'zha/network/backups/create' }));
        return {
          is_complete: made['is_complete'],
          backup: backupSummary(made['backup']),
          note: 'ZHA keeps it; it holds the network key, so it is not shown. network_restore takes its backup_time.',
        };
      },
    },
    network_restore: {
      does: 'writes a backup into the radio: "latest", a backup_time ZHA keeps, or a whole backup',
      effect: 'destroy',
      required: ['backup'],
      optional: ['ezsp_force_write_eui64'],
      needsConfirm: true,
      async run(call) {
        const backup = await storedBackup(call);
        const force = given(call.args, 'ezsp_force_write_eui64');
        await act(call, { ...force, type: 'zha/network/backups/restore', backup });
        return { backup: backupSummary(backup) };
      },
    },
    change_channel: {
      does: 'moves the network to channel 11 to 26, or "auto"; devices may have to be paired again',
      effect: 'system',
      required: ['new_channel'],
      needsConfirm: true,
      isLongRunning: true,
      async run(call) {
        const { new_channel } = call.args;
        await act(call, { type: 'zha/network/change_channel', new_channel });
        return { new_channel };
      },
    },
    firmware_update: firmwareUpdate,
  },
};

function members(verb: 'add' | 'remove', does: string) {
  return {
    does,
    effect: 'system' as const,
    required: ['group_id', 'members'],
    run: async (call: RadioCall) => ({
      group: await act(call, { ...given(call.args, 'group_id', 'members'), type: `zha/group/members/${verb}` }),
    }),
  };
}

function binding(verb: 'bind' | 'unbind') {
  return {
    effect: 'system' as const,
    required: ['source_ieee', 'target_ieee'],
    async run(call: RadioCall) {
      const pair = given(call.args, 'source_ieee', 'target_ieee');
      await act(call, { ...pair, type: `zha/devices/${verb}` });
      return pair;
    },
  };
}

function service({ context: { home, signal } }: RadioCall, name: string, data: Record<string, unknown>) {
  return callService(home, 'zha', name, { data, signal });
}

function clusterOf(call: RadioCall, ...names: readonly string[]): Record<string, unknown> {
  const fields = given(call.args, 'endpoint_id', 'cluster_id', 'manufacturer', ...names);
  return { ...fields, ieee: ieeeOf(call), cluster_type: call.args['cluster_type'] ?? 'in' };
}

function ieeeOf(call: RadioCall): string {
  const device = deviceOf(call);
  const ieee = identifierOf(device, 'zha');
  if (ieee !== undefined) return ieee;
  throw new Fault('VALIDATION_INVALID_PARAMETER', 'The device has no address in ZHA.', {
    suggestion: 'ha_get_device with integration zha lists those that have.',
    context: { device_id: device.id },
  });
}
