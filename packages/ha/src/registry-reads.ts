import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import type { Area, Device, EntityEntry, Floor, Label } from './records.ts';
import { readEntity } from './registries.ts';

/** A frame must stay below 4 MiB; a thousand ids are 50 kB. */
const IDS_PER_READ = 1_000;

const rowsSchema = z.array(z.looseObject({}));
const entriesSchema = z.record(z.string(), z.looseObject({}).nullable());

/** The whole registry entry, asked of the home itself; undefined when the registry has none. @throws Fault */
export async function findEntity(
  home: Home,
  entityId: string,
  options: CallOptions = {},
): Promise<EntityEntry | undefined> {
  try {
    return await readEntity(home, entityId, options);
  } catch (error) {
    if (error instanceof Fault && error.context['ha_error_code'] === 'not_found') return undefined;
    throw error;
  }
}

/** The same for many; ids that the registry has not are left out. Source: HA `config/entity_registry/get_entries`. @throws Fault */
export async function findEntities(
  home: Home,
  entityIds: readonly string[],
  options: CallOptions = {},
): Promise<ReadonlyMap<string, EntityEntry>> {
  const parts = Array.from({ length: Math.ceil(entityIds.length / IDS_PER_READ) }, (_, at) =>
    entityIds.slice(at * IDS_PER_READ, (at + 1) * IDS_PER_READ),
  );
  const answers = await Promise.all(
    parts.map((entity_ids) =>
      home.send({ type: 'config/entity_registry/get_entries', entity_ids }, { ...options, isWrite: false }),
    ),
  );
  const rows = answers.flatMap((answer) => Object.entries(entriesSchema.parse(answer)));
  // Home Assistant's own record, in its own spelling (records.ts).
  return new Map(rows.flatMap(([id, row]) => (row ? [[id, row as EntityEntry] as const] : [])));
}

interface Rows {
  readonly device: Device;
  readonly area: Area;
  readonly floor: Floor;
  readonly label: Label;
}

type Kind = keyof Rows;
type Row<K extends Kind> = Rows[K];

/**
 * One row asked of the home itself and not of the mirror; undefined when there is none. Home Assistant gives these
 * registries only whole. Source: HA `config/<kind>_registry/list`. @throws Fault
 */
export async function findRow<K extends Kind>(
  home: Home,
  kind: K,
  isWanted: (row: Row<K>) => boolean,
  options: CallOptions = {},
): Promise<Row<K> | undefined> {
  const answer = await home.send({ type: `config/${kind}_registry/list` }, { ...options, isWrite: false });
  return rowsSchema
    .parse(answer)
    .map((row) => row as Row<K>)
    .find(isWanted);
}
