import { later, setState } from './home-model.ts';
import type { Json } from './read.ts';
import type { Outcome, Service, Services } from './service.ts';
import type { StateRecord } from './template.ts';

export type Act = (record: StateRecord, data: Json) => Outcome;

/** Does `act` to each entity of the domain that the target reaches. */
export function forEach(domain: string, fields: string, act: Act): Service {
  return {
    fields,
    domain,
    run({ home, data, targets, context }) {
      for (const record of targets) {
        const { state = record.state, attributes = {}, settles } = act(record, data);
        setState(home, record.entity_id, state, merged(record.attributes, attributes), context);
        home.lastActs.set(record.entity_id, context.id);
        if (settles === undefined) continue;
        later(home, settles.afterMs, () => {
          const now = home.states.get(record.entity_id);
          // Something else happened meanwhile, such as a stop or a new start.
          if (now?.state !== state || home.lastActs.get(record.entity_id) !== context.id) return;
          setState(home, record.entity_id, settles.state, merged(now.attributes, settles.attributes ?? {}), context);
        });
      }
    },
  };
}

function merged(old: Json, changes: Json): Json {
  return Object.fromEntries(Object.entries({ ...old, ...changes }).filter(([, value]) => value !== undefined));
}

export const to =
  (state: string, attributes: Json = {}): Act =>
  () => ({ state, attributes });

export const toggle =
  (on: Act, off: Act, isOn: (record: StateRecord) => boolean = (record) => record.state === 'on'): Act =>
  (record, data) =>
    isOn(record) ? off(record, data) : on(record, data);

/** Only attributes the entity has are kept, so a plain bulb grows no colour. */
export function known(record: StateRecord, changes: Json): Json {
  return Object.fromEntries(Object.entries(changes).filter(([key]) => key in record.attributes));
}

/** turn_on, turn_off and toggle of a domain that knows only on and off. */
export function switchable(domain: string): Services {
  return {
    [`${domain}.turn_on`]: forEach(domain, '', to('on')),
    [`${domain}.turn_off`]: forEach(domain, '', to('off')),
    [`${domain}.toggle`]: forEach(domain, '', toggle(to('on'), to('off'))),
  };
}

/** Services that only write one attribute of the same name. */
export function setters(domain: string, services: Readonly<Record<string, string>>, state?: string): Services {
  return Object.fromEntries(
    Object.entries(services).map(([service, key]) => [
      `${domain}.${service}`,
      forEach(domain, `${key}!`, (_record, data) => ({
        ...(state === undefined ? {} : { state }),
        attributes: { [key]: data[key] },
      })),
    ]),
  );
}
