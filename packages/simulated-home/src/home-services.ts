import { startBackup } from './backups.ts';
import { fireEvent, type HomeModel, pythonTime, setState } from './home-model.ts';
import { newUlid } from './identifiers.ts';
import { domainOf, type Json, recordOf, slugOf, textOf } from './read.ts';
import { refuseValue } from './refusal.ts';
import { applyScene, delayOf, itemOf, runSequence, waitFor } from './sequences.ts';
import type { Service, ServiceCall, Services } from './service.ts';
import type { StateRecord } from './template.ts';

const nothing: Service = { fields: '', run: () => undefined };

/** Each domain's own service does the work, as homeassistant.turn_on and friends do. */
function general(service: 'turn_on' | 'turn_off' | 'toggle'): Service {
  const forCover = { turn_on: 'open_cover', turn_off: 'close_cover', toggle: 'toggle' }[service];
  return {
    fields: '',
    domain: '',
    run({ targets, call }) {
      for (const { entity_id } of targets) {
        const domain = domainOf(entity_id);
        const name = `${domain}.${domain === 'cover' ? forCover : service}`;
        call(name, {}, { entity_id });
      }
    },
  };
}

function setAll(domain: string, state: (record: StateRecord) => string): Service {
  return {
    fields: domain === 'automation' ? 'stop_actions' : '',
    domain,
    run({ home, targets, context }) {
      for (const record of targets) setState(home, record.entity_id, state(record), record.attributes, context);
    },
  };
}

function runItems(kind: 'automation' | 'script'): Service['run'] {
  return ({ home, targets, context, call }) => {
    for (const record of targets) {
      const item = itemOf(home, record.entity_id);
      if (item !== undefined) {
        runSequence(home, { kind, record, itemId: item.id, config: item.config, context, call });
      }
    }
  };
}

const automations: Services = {
  'automation.trigger': { fields: 'skip_condition', domain: 'automation', run: runItems('automation') },
  'automation.turn_on': setAll('automation', () => 'on'),
  'automation.turn_off': setAll('automation', () => 'off'),
  'automation.toggle': setAll('automation', ({ state }) => (state === 'on' ? 'off' : 'on')),
  'automation.reload': { fields: '', run: ({ home }) => fireEvent(home, 'automation_reloaded', {}) },
};

const scripts: Services = {
  'script.turn_on': { fields: 'variables', domain: 'script', run: runItems('script') },
  'script.toggle': { fields: '', domain: 'script', run: runItems('script') },
  'script.turn_off': { ...nothing, domain: 'script' },
  'script.reload': nothing,
};

function turnOnScene({ home, targets, context }: ServiceCall): void {
  for (const record of targets) {
    const entry = home.entities.get(record.entity_id);
    const stored = entry === undefined ? undefined : home.items.get(`scene/${entry.unique_id}`);
    applyScene(home, recordOf(stored?.['entities'] ?? record.attributes['simulated_snapshot']), context);
    setState(home, record.entity_id, pythonTime(Date.now()), record.attributes, context);
  }
}

function createScene({ home, data, context }: ServiceCall): void {
  const id = slugOf(textOf(data['scene_id']));
  const { snapshot_entities } = data;
  const ids = Array.isArray(snapshot_entities) ? snapshot_entities : [];
  const taken = ids.map((one) => [textOf(one), { state: home.states.get(textOf(one))?.state ?? 'unknown' }]);
  const entities: Json = { ...Object.fromEntries(taken), ...recordOf(data['entities']) };
  const attributes = { entity_id: Object.keys(entities), simulated_snapshot: entities, friendly_name: id };
  setState(home, `scene.${id}`, 'unknown', attributes, context);
}

const scenes: Services = {
  'scene.turn_on': { fields: 'transition', domain: 'scene', run: turnOnScene },
  'scene.apply': {
    fields: 'entities! transition',
    run: ({ home, data, context }) => applyScene(home, recordOf(data['entities']), context),
  },
  'scene.create': { fields: 'scene_id! entities snapshot_entities', run: createScene },
  'scene.reload': nothing,
};

function notify(home: HomeModel, data: Json): void {
  const id = textOf(data['notification_id'], newUlid().toLowerCase());
  const { message, title = null } = data;
  home.notifications.set(id, { message, notification_id: id, title, created_at: pythonTime(Date.now()) });
}

const notifications: Services = {
  'persistent_notification.create': {
    fields: 'message! title notification_id',
    run: ({ home, data }) => notify(home, data),
  },
  'persistent_notification.dismiss': {
    fields: 'notification_id!',
    run: ({ home, data }) => void home.notifications.delete(textOf(data['notification_id'])),
  },
  'persistent_notification.dismiss_all': {
    fields: '',
    run: ({ home }) => void home.notifications.keys().map((id) => home.notifications.delete(id)),
  },
  'notify.persistent_notification': { fields: 'message! title data', run: ({ home, data }) => notify(home, data) },
  'notify.notify': { fields: 'message! title target data', run: ({ home, data }) => notify(home, data) },
};

function forecast({ targets, data }: ServiceCall): Json {
  const type = textOf(data['type'], 'daily');
  const stepMs = type === 'hourly' ? 3_600_000 : type === 'daily' ? 86_400_000 : 43_200_000;
  const conditions = ['partlycloudy', 'sunny', 'rainy', 'cloudy', 'sunny', 'pouring', 'partlycloudy'];
  const rows = conditions.map((condition, at) => ({
    datetime: pythonTime(Date.now() + at * stepMs),
    condition,
    precipitation: condition.endsWith('y') && condition.startsWith('r') ? 2.4 : 0,
    temperature: 17 + ((at * 5) % 7),
    ...(type === 'daily' ? { templow: 8 + ((at * 3) % 5) } : {}),
    precipitation_probability: (at * 35) % 90,
  }));
  return Object.fromEntries(targets.map(({ entity_id }) => [entity_id, { forecast: rows }]));
}

const itemsOf = (home: HomeModel, entityId: string) => home.todos.get(entityId) ?? [];

function putTodos(home: HomeModel, record: StateRecord, items: readonly Json[]): void {
  home.todos.set(record.entity_id, items);
  const open = items.filter((item) => item['status'] !== 'completed').length;
  setState(home, record.entity_id, String(open), record.attributes);
}

/** Changes the item that `data.item` names by summary or uid; `change` gives undefined to remove it. */
function editTodo(change: (item: Json, data: Json) => Json | undefined): Service['run'] {
  return ({ home, targets, data }) => {
    for (const record of targets) {
      const items = itemsOf(home, record.entity_id);
      const isMeant = (item: Json) => item['summary'] === data['item'] || item['uid'] === data['item'];
      if (!items.some(isMeant))
        refuseValue('todo', 'item_not_found', `Unable to find to-do list item: ${textOf(data['item'])}`);
      const edited = items.map((item) => (isMeant(item) ? change(item, data) : item));
      putTodos(
        home,
        record,
        edited.filter((item) => item !== undefined),
      );
    }
  };
}

const todos: Services = {
  'todo.add_item': {
    fields: 'item! due_date due_datetime description',
    domain: 'todo',
    run({ home, targets, data }) {
      const { item, description, due_date: due } = data;
      const extra = { ...(description === undefined ? {} : { description }), ...(due === undefined ? {} : { due }) };
      const made = { summary: item, uid: newUlid(), status: 'needs_action', ...extra };
      for (const record of targets) putTodos(home, record, [...itemsOf(home, record.entity_id), made]);
    },
  },
  'todo.update_item': {
    fields: 'item! rename status due_date due_datetime description',
    domain: 'todo',
    run: editTodo((item, { rename, status }) => ({
      ...item,
      summary: rename ?? item['summary'],
      status: status ?? item['status'],
    })),
  },
  'todo.remove_item': { fields: 'item!', domain: 'todo', run: editTodo(() => undefined) },
  'todo.get_items': {
    fields: 'status',
    domain: 'todo',
    needsResponse: true,
    run: ({ home, targets }) =>
      Object.fromEntries(targets.map(({ entity_id }) => [entity_id, { items: itemsOf(home, entity_id) }])),
  },
};

const reloads = [
  'input_boolean',
  'input_number',
  'input_select',
  'input_text',
  'timer',
  'schedule',
  'person',
  'zone',
  'template',
  'group',
];

/** Services that act on the home as a whole, keyed `domain.service`. */
export const homeServices: Services = {
  'homeassistant.turn_on': general('turn_on'),
  'homeassistant.turn_off': general('turn_off'),
  'homeassistant.toggle': general('toggle'),
  'homeassistant.update_entity': { fields: 'entity_id!', run: () => undefined },
  'homeassistant.check_config': nothing,
  'homeassistant.reload_all': nothing,
  'homeassistant.reload_core_config': nothing,
  'homeassistant.reload_custom_templates': nothing,
  'homeassistant.reload_config_entry': { fields: 'entry_id!', run: () => undefined },
  ...automations,
  ...scripts,
  ...scenes,
  ...notifications,
  ...todos,
  ...Object.fromEntries(reloads.map((domain) => [`${domain}.reload`, nothing])),
  'weather.get_forecasts': { fields: 'type!', domain: 'weather', needsResponse: true, run: forecast },
  'calendar.get_events': {
    fields: 'start_date_time end_date_time duration',
    domain: 'calendar',
    needsResponse: true,
    run: ({ targets }) => Object.fromEntries(targets.map(({ entity_id }) => [entity_id, { events: [] }])),
  },
  'logger.set_level': { fields: '*', run: () => undefined },
  'logger.set_default_level': { fields: 'level', run: () => undefined },
  'system_log.write': { fields: 'message! level logger', run: () => undefined },
  'recorder.purge': { fields: 'keep_days repack apply_filter', run: () => undefined },
  'backup.create': { fields: '', run: ({ home }) => void startBackup(home, { name: 'Backup' }) },
};

/** `script.<object id>`: every script is a service of its own, which answers when the script ends. */
export function scriptService(home: HomeModel, action: string): Service | undefined {
  const item = action.startsWith('script.') ? itemOf(home, action) : undefined;
  if (item === undefined) return undefined;
  return {
    fields: '*',
    async run({ home: _home, context, call }) {
      const record = home.states.get(action);
      if (record === undefined) return;
      runSequence(home, { kind: 'script', record, itemId: item.id, config: item.config, context, call });
      await waitFor(home, delayOf(item.config));
    },
  };
}
