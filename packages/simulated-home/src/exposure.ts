import { type Commands, command } from './command.ts';
import { domainOf, idsOf, recordOf } from './read.ts';

const exposedFrom = new Set(
  'climate cover fan light lock media_player scene script switch todo vacuum weather'.split(' '),
);

/** Which entities voice assistants may use; kept in the options of the entity registry, as Home Assistant does. */
export const exposureCommands: Commands = {
  'homeassistant/expose_entity/list': command('', ({ home }) => {
    const rows = home.entities.values().flatMap(({ entity_id, options }) => {
      const set = recordOf(recordOf(options)['conversation']);
      return (set['should_expose'] ?? exposedFrom.has(domainOf(entity_id))) === true ? [entity_id] : [];
    });
    return { exposed_entities: Object.fromEntries(rows.map((id) => [id, { conversation: true }])) };
  }),
  'homeassistant/expose_entity': command('assistants! entity_ids! should_expose!', ({ home, message }) => {
    for (const id of idsOf(message['entity_ids'])) {
      const entry = home.entities.get(id);
      const assistants = idsOf(message['assistants']).map((one) => [one, { should_expose: message['should_expose'] }]);
      if (entry !== undefined)
        home.entities.set(id, {
          ...entry,
          options: { ...recordOf(entry['options']), ...Object.fromEntries(assistants) },
        });
    }
    return { changed_entity_ids: idsOf(message['entity_ids']) };
  }),
};
