import { type Act, forEach, known, to, toggle } from './entity-service.ts';
import { numberOf, textOf } from './read.ts';
import { refuseValue } from './refusal.ts';
import type { Service, Services } from './service.ts';
import type { StateRecord } from './template.ts';

/** Covers and valves travel for a moment; position only where the entity has one. */
function travel(position: number): Act {
  return (record) => {
    const old = numberOf(record.attributes['current_position'], record.state === 'open' ? 100 : 0);
    if (old === position) return {};
    const end = { current_position: position, is_closed: position === 0 };
    const settles = { afterMs: 800, state: position === 0 ? 'closed' : 'open', attributes: known(record, end) };
    return { state: position > old ? 'opening' : 'closing', settles };
  };
}

function refuseUnsupported(domain: string, service: string, { entity_id }: StateRecord): never {
  const message = `Entity ${entity_id} does not support action ${domain}.${service}`;
  refuseValue('homeassistant', 'service_not_supported', message, { domain, service, entity_id });
}

const stop: Act = (record) => ({ state: record.state.startsWith('clos') ? 'closed' : 'open' });
const isNotClosed = (record: StateRecord) => record.state !== 'closed';

function openable(domain: 'cover' | 'valve'): Services {
  const speed = domain === 'cover' ? 'speed' : '';
  return {
    [`${domain}.open_${domain}`]: forEach(domain, speed, travel(100)),
    [`${domain}.close_${domain}`]: forEach(domain, speed, travel(0)),
    [`${domain}.stop_${domain}`]: forEach(domain, '', stop),
    [`${domain}.toggle`]: forEach(domain, '', toggle(travel(100), travel(0), isNotClosed)),
    [`${domain}.set_${domain}_position`]: forEach(domain, `position! ${speed}`.trim(), (record, data) => {
      if (!('current_position' in record.attributes)) refuseUnsupported(domain, `set_${domain}_position`, record);
      return travel(numberOf(data['position'], 0))(record, data);
    }),
  };
}

const bolt =
  (via: string, state: string): Act =>
  () => ({ state: via, settles: { afterMs: 300, state } });

const locks: Services = {
  'lock.lock': forEach('lock', 'code', bolt('locking', 'locked')),
  'lock.unlock': forEach('lock', 'code', bolt('unlocking', 'unlocked')),
  'lock.open': forEach('lock', 'code', bolt('opening', 'open')),
};

/** The demo's alarm code. */
const alarmCode = '1234';

function arm(state: string): Service {
  return forEach('alarm_control_panel', 'code', (record, data) => {
    const { code_format, code_arm_required } = record.attributes;
    const isNeeded = code_format !== null && (state === 'disarmed' || code_arm_required === true);
    if (isNeeded && textOf(data['code']) !== alarmCode) {
      refuseValue('alarm_control_panel', 'invalid_code', 'Invalid alarm code provided');
    }
    return state === 'disarmed' ? { state } : { state: 'arming', settles: { afterMs: 1000, state } };
  });
}

const alarms: Services = {
  'alarm_control_panel.alarm_disarm': arm('disarmed'),
  'alarm_control_panel.alarm_arm_home': arm('armed_home'),
  'alarm_control_panel.alarm_arm_away': arm('armed_away'),
  'alarm_control_panel.alarm_arm_night': arm('armed_night'),
  'alarm_control_panel.alarm_trigger': forEach('alarm_control_panel', 'code', to('triggered')),
};

/** cover.*, valve.*, lock.*, alarm_control_panel.* */
export const openingServices: Services = { ...openable('cover'), ...openable('valve'), ...locks, ...alarms };
