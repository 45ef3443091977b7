import { type Commands, command } from './command.ts';
import { entryOf } from './entity-registry.ts';
import { announceReload, dropEntity, putEntity } from './helper-collections.ts';
import { type HomeModel, later, setState } from './home-model.ts';
import { type ItemKind, itemEntity } from './item-entity.ts';
import { type Json, listOf, recordOf, textOf } from './read.ts';
import { Refusal, refuseMissing } from './refusal.ts';

/** Home Assistant answers a write first and reloads after; its entity came 385 ms later on a real home. */
const reloadMs = 100;

const allowed: Readonly<Record<ItemKind, string>> = {
  automation:
    'id alias description triggers trigger conditions condition actions action mode max max_exceeded variables trigger_variables trace initial_state use_blueprint hide_entity',
  script: 'id alias description sequence mode max max_exceeded variables fields icon trace use_blueprint',
  scene: 'id name entities icon metadata',
};
const needed: Readonly<Record<ItemKind, readonly string[]>> = {
  automation: ['triggers', 'actions'],
  script: ['sequence'],
  scene: ['name', 'entities'],
};

/** What Home Assistant's validation says, or undefined for a config it takes. */
export function itemProblem(kind: ItemKind, config: Json): string | undefined {
  const unknown = Object.keys(config).find((key) => !allowed[kind].split(' ').includes(key));
  if (unknown !== undefined) return `Message malformed: not a valid option at '${unknown}'`;
  if (config['use_blueprint'] !== undefined) return undefined;
  const missing = needed[kind].find((key) => config[key] === undefined && config[key.replace(/s$/, '')] === undefined);
  if (missing !== undefined) return `Message malformed: required key not provided at '${missing}'. Got None`;
  const triggers = listOf(config['triggers'] ?? config['trigger']).map(recordOf);
  const nameless = triggers.some((trigger) => trigger['trigger'] === undefined && trigger['platform'] === undefined);
  return kind === 'automation' && nameless
    ? "Message malformed: required key not provided at 'triggers[0].trigger'"
    : undefined;
}

export function getItem(home: HomeModel, kind: ItemKind, id: string): Json | undefined {
  return home.items.get(`${kind}/${id}`);
}

export function putItem(home: HomeModel, kind: ItemKind, id: string, config: Json): void {
  const stored = kind === 'script' ? config : { id, ...config };
  home.items.set(`${kind}/${id}`, stored);
  later(home, reloadMs, () => {
    // A delete may have come between the write and its reload.
    if (home.items.get(`${kind}/${id}`) === stored) {
      const entity = itemEntity(kind, id, stored);
      takeOutAndPutBack(home, entity.platform, entity.uniqueId);
      putEntity(home, entity);
    }
    announceReload(home, kind);
  });
}

/** What a reload does to an entity that is there: unavailable, then as before, which moves its `last_changed`. */
function takeOutAndPutBack(home: HomeModel, platform: string, uniqueId: string): void {
  const entry = home.entities.values().find((one) => one.platform === platform && one.unique_id === uniqueId);
  const old = entry && home.states.get(entry.entity_id);
  if (old === undefined) return;
  setState(home, old.entity_id, 'unavailable', { ...old.attributes, restored: true });
  setState(home, old.entity_id, old.state, old.attributes);
}

export function deleteItem(home: HomeModel, kind: ItemKind, id: string): boolean {
  if (!home.items.delete(`${kind}/${id}`)) return false;
  later(home, reloadMs, () => {
    dropEntity(home, kind === 'scene' ? 'homeassistant' : kind, id);
    announceReload(home, kind);
  });
  return true;
}

function configOf(home: HomeModel, kind: 'automation' | 'script', entityId: unknown): Json {
  const entry = entryOf(home, entityId);
  return { config: getItem(home, kind, entry.unique_id) ?? refuseMissing('Entity not found') };
}

function short({ trace: _1, config: _2, blueprint_inputs: _3, context: _4, ...trace }: Json): Json {
  return trace;
}

function traces(home: HomeModel, domain: string, itemId?: string): Json[] {
  const isMeant = (key: string) =>
    itemId === undefined ? key.startsWith(`${domain}/`) : key === `${domain}/${itemId}`;
  return [...home.traces.entries()].filter(([key]) => isMeant(key)).flatMap(([, kept]) => kept);
}

const problemsOf = (part: string, given: unknown): Json => {
  const key = { triggers: 'trigger', conditions: 'condition', actions: 'action' }[part] ?? part;
  const isBad = listOf(given).some((one) => typeof one !== 'string' && Object.keys(recordOf(one)).length === 0);
  return isBad ? { valid: false, error: `required key not provided at '${key}'` } : { valid: true, error: null };
};

export const itemCommands: Commands = {
  'automation/config': command('entity_id!', ({ home, message }) => configOf(home, 'automation', message['entity_id'])),
  'script/config': command('entity_id!', ({ home, message }) => configOf(home, 'script', message['entity_id'])),
  'trace/list': command('domain! item_id', ({ home, message }) => {
    const { domain, item_id } = message;
    return traces(home, textOf(domain), item_id === undefined ? undefined : textOf(item_id)).map(short);
  }),
  'trace/get': command('domain! item_id! run_id!', ({ home, message: { domain, item_id, run_id } }) => {
    const found = traces(home, textOf(domain), textOf(item_id)).find((trace) => trace['run_id'] === run_id);
    if (found === undefined) throw new Refusal('not_found', 'The trace could not be found');
    return found;
  }),
  'trace/contexts': command('domain item_id', ({ home, message: { domain, item_id } }) => {
    const found = traces(home, textOf(domain, 'automation'), item_id === undefined ? undefined : textOf(item_id));
    const name = ({ run_id, domain: kind, item_id: id }: Json) => ({ run_id, domain: kind, item_id: id });
    return Object.fromEntries(found.map((trace) => [textOf(recordOf(trace['context'])['id']), name(trace)]));
  }),
  validate_config: command('triggers conditions actions', ({ message }) => {
    const parts = ['triggers', 'conditions', 'actions'].filter((part) => message[part] !== undefined);
    return Object.fromEntries(parts.map((part) => [part, problemsOf(part, message[part])]));
  }),
};
