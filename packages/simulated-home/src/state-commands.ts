import { type Call, type Commands, command, JsonText, jsonList } from './command.ts';
import { fireEvent, fullState, type HomeEvent, type HomeModel, type StateChange } from './home-model.ts';
import { domainOf, idsOf, type Json, recordOf, textOf } from './read.ts';
import { refuseMissing } from './refusal.ts';
import type { Context, StateRecord } from './template.ts';

function shortContext(context: Context): string | Context {
  return context.parent_id === null && context.user_id === null ? context.id : context;
}

const addTexts = new WeakMap<StateRecord, string>();

/** `"entity_id":{s,a,c,lc,lu}`, serialized once per record however many clients ask. */
function addedText(record: StateRecord): string {
  const known = addTexts.get(record);
  if (known !== undefined) return known;
  const lc = record.changedMs / 1000;
  const lu = record.updatedMs === record.changedMs ? {} : { lu: record.updatedMs / 1000 };
  const shape = { s: record.state, a: record.attributes, c: shortContext(record.context), lc, ...lu };
  const text = `${JSON.stringify(record.entity_id)}:${JSON.stringify(shape)}`;
  addTexts.set(record, text);
  return text;
}

function diff(old: StateRecord, now: StateRecord): Json {
  const isChanged = old.changedMs !== now.changedMs;
  const times = isChanged ? { lc: now.changedMs / 1000 } : { lu: now.updatedMs / 1000 };
  const state = old.state === now.state ? {} : { s: now.state };
  const added = Object.entries(now.attributes).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(old.attributes[key]),
  );
  const removed = Object.keys(old.attributes).filter((key) => !(key in now.attributes));
  const attributes = added.length === 0 ? {} : { a: Object.fromEntries(added) };
  const plus = { '+': { ...state, ...times, c: shortContext(now.context), ...attributes } };
  return removed.length === 0 ? plus : { ...plus, '-': { a: removed } };
}

const changeTexts = new WeakMap<StateChange, string>();

function changeText(change: StateChange): string {
  const known = changeTexts.get(change);
  if (known !== undefined) return known;
  const { entityId, old, now } = change;
  const removed = () => JSON.stringify({ r: [entityId] });
  const added = (record: StateRecord) => `{"a":{${addedText(record)}}}`;
  const text =
    now === undefined
      ? removed()
      : old === undefined
        ? added(now)
        : JSON.stringify({ c: { [entityId]: diff(old, now) } });
  changeTexts.set(change, text);
  return text;
}

function hasIds(ids: Json): boolean {
  return ['domains', 'entities', 'entity_globs'].some((key) => idsOf(ids[key]).length > 0);
}

function matches(filter: Json, entityId: string): boolean {
  const globs = idsOf(filter['entity_globs']).map((glob) => new RegExp(`^${glob.replaceAll('*', '.*')}$`));
  const isListed =
    idsOf(filter['entities']).includes(entityId) || idsOf(filter['domains']).includes(domainOf(entityId));
  return isListed || globs.some((glob) => glob.test(entityId));
}

function entityFilter({ entity_ids, include, exclude }: Json): (entityId: string) => boolean {
  const ids = new Set(idsOf(entity_ids));
  const [wanted, unwanted] = [recordOf(include), recordOf(exclude)];
  if (ids.size > 0) return (entityId) => ids.has(entityId);
  return (entityId) => (!hasIds(wanted) || matches(wanted, entityId)) && !matches(unwanted, entityId);
}

function subscribeEntities({ home, message, emit, keep, after }: Call): null {
  const isWanted = entityFilter(message);
  const watch = (change: StateChange) => {
    if (isWanted(change.entityId)) emit(new JsonText(changeText(change)));
  };
  after(() => {
    const records = home.states.values().filter((record) => isWanted(record.entity_id));
    emit(new JsonText(`{"a":{${records.map(addedText).join(',')}}}`));
    home.watchers.add(watch);
  });
  keep(() => home.watchers.delete(watch));
  return null;
}

/** Tells `listen` of one kind of event ("*" for all) until the returned function is called. */
function listenTo(home: HomeModel, eventType: string, listen: (event: HomeEvent) => void): () => void {
  const set = home.listeners.get(eventType) ?? new Set();
  home.listeners.set(eventType, set.add(listen));
  return () => {
    set.delete(listen);
    if (set.size === 0) home.listeners.delete(eventType);
  };
}

export const stateCommands: Commands = {
  get_states: command('', ({ home }) => jsonList(home.states.values(), fullState)),
  subscribe_entities: command('entity_ids include exclude', subscribeEntities),
  subscribe_events: command('event_type', ({ home, message, emit, keep }) => {
    keep(listenTo(home, textOf(message['event_type'], '*'), emit));
    return null;
  }),
  unsubscribe_events: command('subscription!', ({ message, drop }) =>
    drop(message['subscription']) ? null : refuseMissing('Subscription not found.'),
  ),
  fire_event: command('event_type! event_data', ({ home, message }) => {
    fireEvent(home, textOf(message['event_type']), recordOf(message['event_data']));
    return null;
  }),
  'entity/source': command('', ({ home }) =>
    Object.fromEntries(home.entities.values().map(({ entity_id, platform }) => [entity_id, { domain: platform }])),
  ),
};
