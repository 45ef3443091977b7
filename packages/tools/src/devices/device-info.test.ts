import type { Device } from '@hub/ha/records.ts';
import { describe, expect, it } from 'vitest';
import { deviceInfo } from './device-info.ts';

const device = (more: Partial<Device>): Device => ({
  id: 'd1',
  name: 'Sensor',
  name_by_user: null,
  area_id: null,
  disabled_by: null,
  labels: [],
  ...more,
});
const infoOf = (one: Device, others: readonly Device[] = []) =>
  deviceInfo(one, new Map([one, ...others].map((each) => [each.id, each])), []);

describe('deviceInfo', () => {
  it('knows the three radios by their identifiers', () => {
    expect(infoOf(device({ identifiers: [['zha', '00:15:8d:00']] }))).toMatchObject({
      integration_type: 'zha',
      ieee_address: '00:15:8d:00',
      zha_trigger_hint: expect.stringContaining('00:15:8d:00'),
    });
    expect(infoOf(device({ name_by_user: 'Door', identifiers: [['mqtt', 'zigbee2mqtt_0x00158d0001']] }))).toMatchObject(
      { integration_type: 'zigbee2mqtt', ieee_address: '0x00158d0001', friendly_name: 'Door' },
    );
    expect(infoOf(device({ identifiers: [['zwave_js', '3967882672-5']] }))).toMatchObject({
      integration_type: 'zwave_js',
      node_id: '5',
    });
  });

  it('without identifiers goes by the platforms of its entities', () => {
    const one = device({});
    const entities = [{ entity_id: 'light.a', name: null, platform: 'hue' }];
    expect(deviceInfo(one, new Map([[one.id, one]]), entities)).toMatchObject({
      integration_type: 'hue',
      integration_sources: ['hue'],
    });
    expect(infoOf(one).integration_type).toBe('unknown');
  });

  it('a child device is in the area of its parent', () => {
    const parent = device({ id: 'p', area_id: 'kitchen' });
    expect(infoOf(device({ parent_device_id: 'p' }), [parent]).area_id).toBe('kitchen');
  });
});
