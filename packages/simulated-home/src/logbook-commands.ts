import { type Commands, command } from './command.ts';
import { entitiesOfDevice } from './device-registry.ts';
import { historyOf, type Span, spanOf } from './history-commands.ts';
import { type HomeModel, pythonTime, type StateChange } from './home-model.ts';
import { domainOf, idsOf, type Json } from './read.ts';
import { itemOf } from './sequences.ts';

interface Row {
  readonly atMs: number;
  readonly entry: Json;
}

function changeRow(home: HomeModel, { entityId, old, now }: StateChange): Row | undefined {
  if (now === undefined || old === undefined || now.attributes['unit_of_measurement'] !== undefined) return undefined;
  const user = now.context.user_id === null ? {} : { context_user_id: now.context.user_id };
  const name = now.attributes['friendly_name'];
  const isRun =
    domainOf(entityId) === 'automation' && old.attributes['last_triggered'] !== now.attributes['last_triggered'];
  if (isRun) {
    const run = { context_id: now.context.id, item_id: itemOf(home, entityId)?.id, domain: 'automation' };
    return {
      atMs: now.updatedMs,
      entry: { name, message: 'triggered', source: null, entity_id: entityId, ...run, ...user },
    };
  }
  if (old.state === now.state) return undefined;
  return { atMs: now.updatedMs, entry: { state: now.state, entity_id: entityId, name, ...user } };
}

/** Pulses of motion and doors, then everything done to the home, oldest first. */
function logbook(home: HomeModel, span: Span, entityIds: ReadonlySet<string>): Row[] {
  const isWanted = (id: string) => entityIds.size === 0 || entityIds.has(id);
  const startup = { name: 'Home Assistant', message: 'started', icon: 'mdi:home-assistant', domain: 'homeassistant' };
  const rows: Row[] = entityIds.size === 0 ? [{ atMs: home.template.builtMs, entry: startup }] : [];
  for (const [id, curve] of home.template.curves) {
    if (curve.kind !== 'pulse' || !isWanted(id)) continue;
    for (const { state, attributes, atMs } of historyOf(home, id, span).slice(1)) {
      rows.push({ atMs, entry: { state, entity_id: id, name: attributes['friendly_name'] } });
    }
  }
  for (const change of home.changes) {
    const row = isWanted(change.entityId) ? changeRow(home, change) : undefined;
    if (row !== undefined) rows.push(row);
  }
  return rows
    .filter(({ atMs }) => atMs >= span.startMs && atMs <= span.endMs)
    .sort((one, other) => one.atMs - other.atMs);
}

/** Entries as REST `/api/logbook` gives them: with names and ISO times. */
export function restLogbook(home: HomeModel, span: Span, entityIds: readonly string[]): Json[] {
  return logbook(home, span, new Set(entityIds)).map(({ atMs, entry }) => ({ ...entry, when: pythonTime(atMs) }));
}

export const logbookCommands: Commands = {
  'logbook/get_events': command('start_time! end_time entity_ids device_ids context_id', ({ home, message }) => {
    const ofDevices = idsOf(message['device_ids']).flatMap((id) =>
      entitiesOfDevice(home, id).map((one) => one.entity_id),
    );
    const rows = logbook(home, spanOf(message), new Set([...idsOf(message['entity_ids']), ...ofDevices]));
    const wanted = message['context_id'];
    return rows
      .filter(({ entry }) => wanted === undefined || entry['context_id'] === wanted)
      .map(({ atMs, entry: { name, ...entry } }) => ({
        // Over WebSocket only entries that are no plain state change carry a name.
        ...(entry['state'] === undefined ? { name } : {}),
        ...entry,
        when: atMs / 1000,
      }));
  }),
};
