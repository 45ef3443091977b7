import { dropDevice } from './device-registry.ts';
import type { HomeModel } from './home-model.ts';
import { addressOf } from './radio-schema.ts';
import { idsOf, type Json, textOf } from './read.ts';
import { Refusal, refuseInvalid } from './refusal.ts';
import type { Service, Services } from './service.ts';

const cluster = 'ieee! endpoint_id! cluster_id! cluster_type manufacturer';

function byIeee(home: HomeModel, data: Json) {
  const ieee = textOf(data['ieee']).toLowerCase();
  const found = home.devices.values().find((device) => addressOf(device, 'zha') === ieee);
  if (!found) throw new Refusal('home_assistant_error', `Device with IEEE ${ieee} not found`);
  return found;
}

function told(action: string, run: Service['run']): Service['run'] {
  return (call) => {
    const result = run(call);
    call.home.radios?.told.push({ type: action, ...call.data });
    return result;
  };
}

/** Services of the radios' integrations. Source: HA `components/zha/services.py`, `components/zwave_js/services.py`. */
export const radioServices: Services = {
  'zha.remove': {
    fields: 'ieee!',
    run: told('zha.remove', ({ home, data }) => dropDevice(home, byIeee(home, data).id)),
  },
  'zha.set_zigbee_cluster_attribute': {
    fields: `${cluster} attribute! value!`,
    run: told('zha.set_zigbee_cluster_attribute', ({ home, data }) => {
      byIeee(home, data);
      const key = [data['ieee'], data['endpoint_id'], data['cluster_id'], data['attribute']].join('/');
      home.radios?.zigbeeAttributes.set(key, data['value']);
    }),
  },
  'zha.issue_zigbee_cluster_command': {
    fields: `${cluster} command! command_type! args params`,
    run: told('zha.issue_zigbee_cluster_command', ({ home, data }) => {
      byIeee(home, data);
      if (data['args'] === undefined && data['params'] === undefined)
        refuseInvalid('must contain at least one of args, params.');
    }),
  },
  'zwave_js.ping': {
    fields: 'device_id! entity_id area_id',
    run: told('zwave_js.ping', ({ home, data }) => {
      const nodes = idsOf(data['device_id']).filter((id) => addressOf(home.devices.get(id), 'zwave_js') !== undefined);
      if (nodes.length === 0) refuseInvalid('No nodes found in given targets');
    }),
  },
};

/** A service of a radio is there only with its radio. */
export function isOffered(home: HomeModel, action: string): boolean {
  return home.radios !== undefined || !Object.hasOwn(radioServices, action);
}
