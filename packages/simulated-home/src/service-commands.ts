import { type Call, type Commands, checkKeys, command } from './command.ts';
import { entityServices } from './entity-services.ts';
import { contextOf, fireEvent, type HomeModel } from './home-model.ts';
import { homeServices, scriptService } from './home-services.ts';
import { isOffered, radioServices } from './radio-services.ts';
import { domainOf, type Json, recordOf, textOf } from './read.ts';
import { Refusal } from './refusal.ts';
import type { Service } from './service.ts';
import { expandTarget } from './targets.ts';
import type { Context } from './template.ts';

const services: Readonly<Record<string, Service>> = {
  ...homeServices,
  ...entityServices,
  ...radioServices,
};
const targetKeys = ['entity_id', 'device_id', 'area_id', 'floor_id', 'label_id'];

export interface ServiceRequest {
  readonly action: string;
  readonly data: Json;
  readonly target?: Json;
  /** undefined where the caller neither asks for nor refuses a response, as steps of a script do. */
  readonly returnResponse?: boolean;
  readonly context: Context;
}

function checkResponse(service: Service, request: ServiceRequest): void {
  const asked = request.returnResponse;
  const placeholders = { return_response: 'return_response=True' };
  const extra = { translation_placeholders: placeholders, translation_domain: 'homeassistant' };
  if (asked === false && service.needsResponse === true) {
    const message = 'Validation error: The action requires responses and must be called with return_response=True';
    throw new Refusal('service_validation_error', message, {
      translation_key: 'service_lacks_response_request',
      ...extra,
    });
  }
  if (asked === true && service.needsResponse !== true) {
    const message =
      "Validation error: An action which does not return responses can't be called with return_response=True";
    throw new Refusal('service_validation_error', message, {
      translation_key: 'service_does_not_support_response',
      ...extra,
    });
  }
}

/** Does what a service call asks; unknown entities are passed over in silence, as Home Assistant does. @throws Refusal */
export function callService(home: HomeModel, request: ServiceRequest): unknown {
  const { action, data, context } = request;
  const [domain = '', name = ''] = action.split('.');
  const service =
    Object.hasOwn(services, action) && isOffered(home, action) ? services[action] : scriptService(home, action);
  if (service === undefined) {
    const placeholders = { translation_placeholders: { domain, service: name }, translation_domain: 'homeassistant' };
    throw new Refusal('not_found', `Service ${action} not found.`, {
      translation_key: 'service_not_found',
      ...placeholders,
    });
  }
  const takesTarget = service.domain !== undefined;
  checkKeys(service.fields, data, takesTarget ? targetKeys : []);
  const given = Object.entries({ ...data, ...request.target });
  const isTarget = ([key]: [string, unknown]) => takesTarget && targetKeys.includes(key);
  if (takesTarget && !given.some(isTarget)) {
    throw new Refusal(
      'invalid_format',
      'must contain at least one of entity_id, device_id, area_id, floor_id, label_id.',
    );
  }
  checkResponse(service, request);
  const expanded = takesTarget ? [...expandTarget(home, Object.fromEntries(given.filter(isTarget))).entities] : [];
  const targets = expanded
    .filter((id) => service.domain === '' || domainOf(id) === service.domain)
    .flatMap((id) => home.states.get(id) ?? [])
    .filter(({ state }) => state !== 'unavailable');
  fireEvent(home, 'call_service', { domain, service: name, service_data: Object.fromEntries(given) }, context);
  const call = (next: string, nextData: Json, target?: Json) =>
    callService(home, { action: next, data: nextData, ...(target === undefined ? {} : { target }), context });
  return service.run({ home, data: Object.fromEntries(given.filter((one) => !isTarget(one))), targets, context, call });
}

const percent = { number: { min: 0, max: 100, unit_of_measurement: '%', step: 1, mode: 'slider' } };
const selectors: Json = {
  brightness_pct: percent,
  percentage: percent,
  position: percent,
  transition: { number: { min: 0, max: 300, unit_of_measurement: 'seconds', step: 1, mode: 'slider' } },
  rgb_color: { color_rgb: {} },
  color_temp_kelvin: { color_temp: { unit: 'kelvin', min: 2000, max: 6500 } },
  temperature: { number: { min: 0, max: 250, step: 0.1, mode: 'box' } },
  volume_level: { number: { min: 0, max: 1, step: 0.01, mode: 'slider' } },
  is_volume_muted: { boolean: {} },
  entities: { object: { multiple: false } },
};

function describe(service: Service): Json {
  const keys = service.fields.split(' ').filter((key) => key !== '' && key !== '*');
  const field = (key: string): [string, Json] => {
    const name = key.replace('!', '');
    const required = key.endsWith('!') ? { required: true } : {};
    return [name, { ...required, selector: selectors[name] ?? { text: { multiline: false, multiple: false } } }];
  };
  const target = service.domain === '' ? {} : { entity: [{ domain: [service.domain] }] };
  return {
    fields: Object.fromEntries(keys.map(field)),
    ...(service.domain === undefined ? {} : { target }),
    ...(service.needsResponse === true ? { response: { optional: false } } : {}),
  };
}

/** {domain: {service: {fields, target?, response?}}}, the home's own scripts included. */
export function describeServices(home: HomeModel): Record<string, Record<string, Json>> {
  const described: Record<string, Record<string, Json>> = {};
  const put = (action: string, description: Json) => {
    const [domain = '', name = ''] = action.split('.');
    described[domain] = { ...described[domain], [name]: description };
  };
  for (const [action, service] of Object.entries(services)) if (isOffered(home, action)) put(action, describe(service));
  for (const record of home.states.values()) {
    if (domainOf(record.entity_id) === 'script') put(record.entity_id, { fields: {} });
  }
  return described;
}

async function handle({ home, message }: Call): Promise<Json> {
  const context = contextOf(home.identity.userId);
  const action = `${textOf(message['domain'])}.${textOf(message['service'])}`;
  const [data, target] = [recordOf(message['service_data']), recordOf(message['target'])];
  const returnResponse = message['return_response'] === true;
  const response = await callService(home, { action, data, target, returnResponse, context });
  return returnResponse ? { context, response } : { context };
}

export const serviceCommands: Commands = {
  get_services: command('', ({ home }) => describeServices(home)),
  call_service: command('domain! service! service_data target return_response', handle),
  execute_script: command('sequence! variables', async ({ home, message }) => {
    const context = contextOf(home.identity.userId);
    for (const step of [message['sequence']].flat().map(recordOf)) {
      const action = textOf(step['action'] ?? step['service']);
      await callService(home, { action, data: recordOf(step['data']), target: recordOf(step['target']), context });
    }
    return { context, response: null };
  }),
};
