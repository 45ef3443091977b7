import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import type { Area, Device, EntityEntry, Floor, Label } from './records.ts';

type Changes = Readonly<Record<string, unknown>>;

const rowSchema = z.looseObject({});
const entityAnswerSchema = z.looseObject({
  entity_entry: rowSchema,
  reload_delay: z.number().optional(),
  require_restart: z.boolean().optional(),
});

export interface EntityUpdate {
  readonly entry: EntityEntry;
  /** Seconds until Home Assistant reloads the integration of an entity that was enabled. */
  readonly reloadDelayS: number | undefined;
  readonly requiresRestart: boolean;
}

/** Home Assistant's own record, in its own spelling (records.ts). */
function record<T>(row: unknown): T {
  return rowSchema.parse(row) as T;
}

function write(home: Home, type: string, fields: Changes, options: CallOptions): Promise<unknown> {
  return home.send({ ...fields, type }, { ...options, isWrite: true });
}

/** The entry with everything `list` leaves out (aliases, capabilities, options). @throws Fault SERVICE_CALL_FAILED "Entity not found" */
export async function readEntity(home: Home, entityId: string, options: CallOptions = {}): Promise<EntityEntry> {
  const command = { type: 'config/entity_registry/get', entity_id: entityId };
  return record(await home.send(command, { ...options, isWrite: false }));
}

/** Fields of HA `config/entity_registry/update`; one `options_domain` per call. @throws Fault */
export async function updateEntity(
  home: Home,
  entityId: string,
  changes: Changes,
  options: CallOptions = {},
): Promise<EntityUpdate> {
  const fields = { ...changes, entity_id: entityId };
  const answer = entityAnswerSchema.parse(await write(home, 'config/entity_registry/update', fields, options));
  return {
    entry: record(answer.entity_entry),
    reloadDelayS: answer.reload_delay,
    requiresRestart: answer.require_restart ?? false,
  };
}

/** Also takes what an integration still provides, which that brings back when it next loads. @throws Fault SERVICE_CALL_FAILED "Entity not found" */
export async function removeEntity(home: Home, entityId: string, options: CallOptions = {}): Promise<void> {
  await write(home, 'config/entity_registry/remove', { entity_id: entityId }, options);
}

/** Fields: area_id, name_by_user, labels, disabled_by. @throws Fault */
export async function updateDevice(
  home: Home,
  deviceId: string,
  changes: Changes,
  options: CallOptions = {},
): Promise<Device> {
  return record(await write(home, 'config/device_registry/update', { ...changes, device_id: deviceId }, options));
}

/**
 * Takes a device out of one of its config entries; out of its last one, it is gone with its entities. Asks the integration, which may
 * refuse. Source: HA `config/device_registry/remove` (2026.8 and later), before that `…/remove_config_entry`. @throws Fault
 */
export async function removeDevice(
  home: Home,
  device: Device,
  configEntryId: string,
  options: CallOptions = {},
): Promise<void> {
  const base = 'config/device_registry';
  const fields = { device_id: device.id };
  try {
    if (device['config_entry_id'] === configEntryId) return void (await write(home, `${base}/remove`, fields, options));
  } catch (error) {
    if (!(error instanceof Fault && error.code === 'COMPONENT_NOT_INSTALLED')) throw error;
  }
  await write(home, `${base}/remove_config_entry`, { ...fields, config_entry_id: configEntryId }, options);
}

interface Registry<T> {
  /** @throws Fault SERVICE_CALL_FAILED when the name is taken */
  create(home: Home, fields: Changes, options?: CallOptions): Promise<T>;
  /** Only the given fields change. @throws Fault SERVICE_CALL_FAILED when there is none such */
  update(home: Home, id: string, changes: Changes, options?: CallOptions): Promise<T>;
  /** @throws Fault SERVICE_CALL_FAILED when there is none such */
  remove(home: Home, id: string, options?: CallOptions): Promise<void>;
}

function registry<T>(kind: 'area' | 'floor' | 'label'): Registry<T> {
  const base = `config/${kind}_registry`;
  return {
    create: async (home, fields, options = {}) => record<T>(await write(home, `${base}/create`, fields, options)),
    update: async (home, id, changes, options = {}) =>
      record<T>(await write(home, `${base}/update`, { ...changes, [`${kind}_id`]: id }, options)),
    remove: async (home, id, options = {}) => {
      await write(home, `${base}/delete`, { [`${kind}_id`]: id }, options);
    },
  };
}

/** Source: HA `config/area_registry/*`. */
export const areaRegistry: Registry<Area> = registry('area');
/** Source: HA `config/floor_registry/*`. */
export const floorRegistry: Registry<Floor> = registry('floor');
/** Source: HA `config/label_registry/*`. */
export const labelRegistry: Registry<Label> = registry('label');
