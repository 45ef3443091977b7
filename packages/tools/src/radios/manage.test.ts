import { startCommand } from '@hub/ha/start-command.ts';
import { networkKey, routerAddress, threadTlvs } from '@hub/simulated-home/radio-state.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identifierOf } from '../devices/device-info.ts';
import { describeRealHome } from '../testing/each-home.ts';
import { createInlineJobs } from '../testing/inline-jobs.ts';
import { type OpenView, openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './manage.ts';

let home: SimulatedHome;
let open: OpenView;
beforeAll(async () => {
  home = await startSimulatedHome({ hasRadios: true });
  open = await openView(home);
});
afterAll(async () => {
  await open[Symbol.asyncDispose]();
  await home.close();
});

const manage = (radio: string, action: string, args: object = {}) =>
  runTool(tool, { radio, action, ...args }, createToolContext({ view: open.view, jobs: createInlineJobs(open.view) }));
const told = () => home.radioLog().at(-1);

async function deviceOf(entityId: string): Promise<string> {
  return (await open.view.entities()).get(entityId)?.device_id ?? '';
}

async function deviceNamed(name: string): Promise<string> {
  return [...(await open.view.devices()).values()].find((device) => device.name === name)?.id ?? '';
}

async function entryOf(entityId: string): Promise<string> {
  return (await open.view.entities()).get(entityId)?.config_entry_id ?? '';
}

describe('ha_manage_radio, zwave', () => {
  it('tells how the network and one node are', async () => {
    const network = await manage('zwave', 'network_status');
    expect(network).toMatchObject({
      success: true,
      radio: 'zwave',
      action: 'network_status',
      count: 2,
      total_count: 2,
    });
    expect(network['controller']).not.toHaveProperty('nodes');
    const device_id = await deviceOf('switch.heater_plug');
    expect(await manage('zwave', 'diagnostics', { device_id })).toMatchObject({
      node_status: { node_id: 7, status: 4 },
    });
    expect(await manage('zwave', 'ping', { entity_id: 'switch.heater_plug' })).toMatchObject({
      node_status: { node_id: 7 },
    });
    expect(home.radioLog()).toContainEqual({ type: 'zwave_js.ping', device_id });
  });

  it('includes by QR code, prepares Smart Start, and asks for a way to do it unattended', async () => {
    const entry_id = await entryOf('switch.heater_plug');
    const qr_code_string = `90${'0'.repeat(60)}`;
    const added = await manage('zwave', 'add', { params: { qr_code_string } });
    expect(added).toMatchObject({ mode: 'add_node', config_entry_id: entry_id, long_running: true });
    expect(told()).toEqual({ type: 'zwave_js/add_node', entry_id, qr_code_string });
    expect(JSON.stringify(added)).not.toContain('11111-22222');
    await manage('zwave', 'add', { params: { inclusion_strategy: 2 } });
    expect(told()).toEqual({ type: 'zwave_js/add_node', entry_id, inclusion_strategy: 2 });
    await expect(manage('zwave', 'add')).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      message: expect.stringContaining('qr_provisioning_information'),
    });
    await expect(manage('zwave', 'add', { params: { smart_start: true } })).rejects.toMatchObject({
      context: { missing: ['qr_provisioning_information'] },
    });
    await expect(manage('zwave', 'add', { params: { qr_code_string: '9001' } })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it('drops a dead node, but not one that still answers, and only when confirmed', async () => {
    const params = { failed: true };
    const alive = { device_id: await deviceOf('switch.heater_plug'), params };
    await expect(manage('zwave', 'remove_device', alive)).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { destructive: true },
    });
    await expect(manage('zwave', 'remove_device', { ...alive, confirm: true })).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: expect.stringContaining('responded to a ping'),
    });
    const dead = await deviceNamed('Old multisensor');
    expect(await manage('zwave', 'remove_device', { device_id: dead, params, confirm: true })).toMatchObject({
      mode: 'failed',
      device_id: dead,
    });
    expect(await manage('zwave', 'network_status')).toMatchObject({ total_count: 1 });
    const entry_id = await entryOf('switch.heater_plug');
    expect(await manage('zwave', 'remove_device', { confirm: true })).toMatchObject({ mode: 'exclusion' });
    expect(told()).toEqual({ type: 'zwave_js/remove_node', entry_id });
  });

  it('sets parameters, zero included, and rebuilds and interviews', async () => {
    const device_id = await deviceOf('switch.heater_plug');
    const set = { device_id, params: { property: 5, value: 0 } };
    expect(await manage('zwave', 'set_config_param', set)).toMatchObject({
      property: 5,
      value: 0,
      result: { status: 'queued' },
    });
    expect(told()).toEqual({ type: 'zwave_js/set_config_parameter', device_id, property: 5, value: 0, endpoint: 0 });
    await expect(
      manage('zwave', 'set_config_param', { device_id, params: { property: 'five', value: 0 } }),
    ).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await manage('zwave', 'rebuild_routes', { device_id })).toMatchObject({ scope: 'node', result: true });
    expect(await manage('zwave', 'rebuild_routes', { params: { scope: 'network' } })).toMatchObject({
      scope: 'network',
    });
    await expect(manage('zwave', 'rebuild_routes')).rejects.toMatchObject({ context: { missing: ['device_id'] } });
    await manage('zwave', 'reinterview', { device_id });
    expect(told()).toEqual({ type: 'zwave_js/refresh_node_info', device_id });
  });

  it('installs firmware through the update entity of the device, once', async () => {
    const device_id = await deviceOf('switch.heater_plug');
    expect(await manage('zwave', 'firmware_update', { device_id })).toMatchObject({
      entity_id: 'update.heater_plug_firmware',
      status: 'installed',
      latest_version: '1.12',
    });
    await expect(manage('zwave', 'firmware_update', { device_id })).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      context: { installed_version: '1.12' },
    });
  });
});

describe('ha_manage_radio, zigbee', () => {
  it('tells how the network is without its keys, and how a device is reached', async () => {
    const answer = await manage('zigbee', 'network_status');
    expect(answer).toMatchObject({
      network: { radio_type: 'znp', network_info: { channel: 20 }, node_info: { nwk: '0000' } },
    });
    expect(JSON.stringify(answer)).not.toContain(networkKey);
    const ieee = 'a4:c1:38:00:00:00:00:0f';
    expect(await manage('zigbee', 'diagnostics', { entity_id: 'switch.fan_plug' })).toMatchObject({
      ieee,
      diagnostics: { ieee, lqi: 180, available: true },
    });
  });

  it('lets devices join, for a minute unless told, near one device when asked', async () => {
    expect(await manage('zigbee', 'permit_join')).toMatchObject({ duration: 60, ieee: null, long_running: true });
    expect(told()).toEqual({ type: 'zha/devices/permit', duration: 60 });
    const near = { entity_id: 'switch.fan_plug', params: { duration: 30 } };
    expect(await manage('zigbee', 'permit_join', near)).toMatchObject({
      duration: 30,
      ieee: 'a4:c1:38:00:00:00:00:0f',
    });
    await expect(manage('zigbee', 'permit_join', { params: { duration: 999 } })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it('makes groups, fills and empties them, and removes them when confirmed', async () => {
    const members = [{ ieee: 'a4:c1:38:00:00:00:00:0f', endpoint_id: 1 }];
    const made = await manage('zigbee', 'group_add', { params: { group_name: 'Fans' } });
    expect(made).toMatchObject({ group: { name: 'Fans', members: [] } });
    const group_id = (made['group'] as { group_id: number }).group_id;
    expect(await manage('zigbee', 'group_members_add', { params: { group_id, members } })).toMatchObject({
      group: { members: [{ endpoint_id: 1, device: { name: 'Fan plug' } }] },
    });
    expect(await manage('zigbee', 'group_members_remove', { params: { group_id, members } })).toMatchObject({
      group: { members: [] },
    });
    const remove = { params: { group_ids: [group_id] } };
    await expect(manage('zigbee', 'group_remove', remove)).rejects.toMatchObject({ context: { destructive: true } });
    expect(await manage('zigbee', 'group_remove', { ...remove, confirm: true })).toMatchObject({ groups: [] });
  });

  it('reads and writes clusters and sends their commands', async () => {
    const at = { entity_id: 'switch.fan_plug' };
    const cluster = { endpoint_id: 1, cluster_id: 6 };
    const write = { ...at, params: { ...cluster, attribute: 16387, value: 1 }, confirm: true };
    await manage('zigbee', 'cluster_write', write);
    expect(await manage('zigbee', 'cluster_read', { ...at, params: { ...cluster, attribute: 16387 } })).toMatchObject({
      value: '1',
    });
    await expect(
      manage('zigbee', 'cluster_read', { ...at, params: { ...cluster, attribute: 'start_up' } }),
    ).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    const command = { ...at, params: { ...cluster, command: 2, command_type: 'server' } };
    await expect(manage('zigbee', 'cluster_command', command)).rejects.toMatchObject({
      context: { destructive: true },
    });
    await manage('zigbee', 'cluster_command', { ...command, confirm: true });
    expect(told()).toEqual({
      type: 'zha.issue_zigbee_cluster_command',
      ...{
        ieee: 'a4:c1:38:00:00:00:00:0f',
        ...cluster,
        cluster_type: 'in',
        command: 2,
        command_type: 'server',
        params: {},
      },
    });
  });

  it('backs the network up and restores it without ever showing its keys', async () => {
    const made = await manage('zigbee', 'network_backup');
    expect(made).toMatchObject({ is_complete: true, backup: { backup_time: expect.any(String) } });
    expect(JSON.stringify(made)).not.toContain(networkKey);
    const backup = (made['backup'] as { backup_time: string }).backup_time;
    const restored = await manage('zigbee', 'network_restore', { params: { backup }, confirm: true });
    expect(JSON.stringify(restored)).not.toContain(networkKey);
    expect(told()).toMatchObject({ backup: { network_info: { network_key: { key: networkKey } } } });
    await expect(
      manage('zigbee', 'network_restore', { params: { backup: 'of yesterday' }, confirm: true }),
    ).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND', context: { available_backup_times: [backup] } });
  });

  it('binds, changes the channel and takes a device out', async () => {
    const [smoke] = [...(await open.view.devices()).values()].filter(({ name }) => name === 'Smoke detector');
    const source_ieee = smoke ? (identifierOf(smoke, 'zha') ?? '') : '';
    const target_ieee = 'a4:c1:38:00:00:00:00:0f';
    await manage('zigbee', 'bind', { params: { source_ieee, target_ieee } });
    expect(told()).toEqual({ type: 'zha/devices/bind', source_ieee, target_ieee });
    await manage('zigbee', 'unbind', { params: { source_ieee, target_ieee }, confirm: true });
    await manage('zigbee', 'reconfigure', { device_id: smoke?.id });
    expect(told()).toEqual({ type: 'zha/devices/reconfigure', ieee: source_ieee });
    expect(await manage('zigbee', 'change_channel', { params: { new_channel: 25 }, confirm: true })).toMatchObject({
      new_channel: 25,
      long_running: true,
    });
    expect(await manage('zigbee', 'remove_device', { device_id: smoke?.id, confirm: true })).toMatchObject({
      ieee: source_ieee,
    });
    expect(told()).toEqual({ type: 'zha.remove', ieee: source_ieee });
  });
});

describe('ha_manage_radio, matter', () => {
  it('tells how a node is, in names spelt right, and pings it', async () => {
    const at = { entity_id: 'switch.desk_plug' };
    const answer = await manage('matter', 'diagnostics', at);
    expect(answer).toMatchObject({ diagnostics: { network_type: 'thread', ip_addresses: [expect.any(String)] } });
    expect(answer['diagnostics']).not.toHaveProperty('ip_adresses');
    expect(await manage('matter', 'ping', at)).toMatchObject({
      reachability: { [String(Object(answer['diagnostics']).ip_addresses[0])]: true },
    });
    expect(await manage('matter', 'network_status')).toMatchObject({ state: 'loaded', device_count: 1 });
  });

  it('commissions, shares and removes, from the right fabric', async () => {
    const code = 'MT:Y.K9042C00KA0648G00';
    await manage('matter', 'commission', { params: { code } });
    expect(told()).toEqual({ type: 'matter/commission', code, network_only: false });
    await expect(manage('matter', 'commission', { params: { code: 'wrong' } })).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
    });
    await manage('matter', 'commission_on_network', { params: { pin: 20202021 } });
    expect(told()).toEqual({ type: 'matter/commission_on_network', pin: 20202021 });
    const device_id = await deviceOf('switch.desk_plug');
    expect(await manage('matter', 'share_out', { device_id })).toMatchObject({
      commissioning: { setup_manual_code: expect.any(String) },
    });
    await manage('matter', 'interview', { device_id });
    expect(await manage('matter', 'remove_fabric', { device_id, confirm: true })).toMatchObject({ fabric_index: 2 });
    expect(told()).toEqual({ type: 'matter/remove_matter_fabric', device_id, fabric_index: 2 });
  });

  it('passes credentials on and does not repeat them', async () => {
    const wifi = { network_name: 'Attic', password: 'a secret phrase' };
    const answers = [
      await manage('matter', 'set_wifi_credentials', { params: wifi }),
      await manage('matter', 'set_thread', { params: { thread_operation_dataset: threadTlvs } }),
    ];
    expect(home.radioLog()).toContainEqual({ type: 'matter/set_wifi_credentials', ...wifi });
    expect(JSON.stringify(answers)).not.toMatch(new RegExp(`${wifi.password}|${threadTlvs}`));
  });
});

describe('ha_manage_radio, thread', () => {
  it('tells border routers and datasets without the key of the network', async () => {
    const status = await manage('thread', 'network_status');
    const datasets = await manage('thread', 'list_datasets');
    expect(status).toMatchObject({ border_routers: { [routerAddress]: { channel: 15 } } });
    expect(datasets).toMatchObject({ datasets: [{ network_name: 'ha-thread-3c2f', preferred: true }] });
    expect(JSON.stringify([status, datasets])).not.toContain(threadTlvs);
    expect(await manage('thread', 'discover_routers')).toMatchObject({
      count: 1,
      routers: [{ extended_address: routerAddress }],
    });
  });

  it('changes the network of the only border router when confirmed', async () => {
    const set = { params: { channel: 25 } };
    await expect(manage('thread', 'set_channel', set)).rejects.toMatchObject({ context: { destructive: true } });
    expect(await manage('thread', 'set_channel', { ...set, confirm: true })).toMatchObject({
      extended_address: routerAddress,
      result: { delay: 300 },
    });
    const added = await manage('thread', 'add_dataset', { params: { source: 'phone', tlv: threadTlvs } });
    expect(added).toMatchObject({ result: { result: 'added' } });
    expect(JSON.stringify(added)).not.toContain(threadTlvs);
    await expect(
      manage('thread', 'set_network', { params: { dataset_id: 'none' }, confirm: true }),
    ).rejects.toMatchObject({ code: 'SERVICE_CALL_FAILED', message: expect.stringContaining('Unknown dataset') });
    await expect(
      manage('thread', 'create_network', { params: { extended_address: 'ffff' }, confirm: true }),
    ).rejects.toMatchObject({ context: { available_extended_addresses: [routerAddress] } });
    expect(await manage('thread', 'create_network', { confirm: true })).toMatchObject({
      extended_address: routerAddress,
    });
  });
});

describe('ha_manage_radio, wrong calls', () => {
  it('names what there is', async () => {
    await expect(manage('zwave', 'nope')).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { supported: expect.arrayContaining(['diagnostics', 'hard_reset']) },
      suggestions: expect.arrayContaining([expect.stringMatching(/^ping: /)]),
    });
    await expect(manage('zwave', 'toString')).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    await expect(manage('zigbee', 'bind', { params: { source_ieee: 'a' } })).rejects.toMatchObject({
      context: { missing: ['target_ieee'] },
    });
    await expect(manage('zigbee', 'permit_join', { params: { seconds: 3 } })).rejects.toMatchObject({
      context: { unknown: ['seconds'] },
    });
    await expect(manage('zwave', 'ping', { entity_id: 'light.not_there' })).rejects.toMatchObject({
      code: 'ENTITY_NOT_FOUND',
    });
    await expect(manage('zwave', 'ping', { entity_id: 'sun.sun' })).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
    await expect(manage('zwave', 'ping', { device_id: 'nowhere' })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
    await expect(manage('zwave', 'ping', { entity_id: 'switch.fan_plug' })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      message: expect.stringContaining('not one of zwave_js'),
    });
  });

  it('a lost answer leaves open whether pairing began', async () => {
    home.misbehave({ hang: true });
    const pairing = startCommand(open.view, { type: 'zha/devices/permit', duration: 1 });
    setImmediate(() => home.disconnectAll());
    await expect(pairing).rejects.toMatchObject({ code: 'WEBSOCKET_DISCONNECTED', outcomeUnknown: true });
    home.misbehave({});
  });

  it('is judged by what it does', () => {
    const effect = (radio: string, action: string) => {
      const input = tool.input.parse({ radio, action });
      return typeof tool.effect === 'string' ? tool.effect : tool.effect.of(input);
    };
    const reads = ['diagnostics', 'network_status'].map((action) => effect('zigbee', action));
    expect([...reads, effect('zwave', 'ping'), effect('thread', 'list_datasets')]).toEqual(Array(4).fill('read'));
    expect([effect('zigbee', 'permit_join'), effect('matter', 'commission'), effect('thread', 'set_channel')]).toEqual(
      Array(3).fill('system'),
    );
    expect([
      effect('zwave', 'remove_device'),
      effect('zwave', 'hard_reset'),
      effect('zigbee', 'network_restore'),
    ]).toEqual(Array(3).fill('destroy'));
  });
});

await describeRealHome('ha_manage_radio without radios', (context) => {
  it.each(['zwave', 'zigbee', 'matter', 'thread'])('%s is not available, and nothing is sent', async (radio) => {
    expect(await runTool(tool, { radio, action: 'network_status' }, context())).toMatchObject({
      success: true,
      radio,
      available: false,
      warnings: [expect.any(String)],
    });
  });
});
