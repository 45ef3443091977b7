import type { ConfigEntry } from '@hub/ha/config-entries.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';

const pairsShape = z.array(z.array(z.unknown())).catch([]);

/** What an entry stands for at the home, by which a person or a model recognises it. */
export interface Identity {
  /** Home Assistant does not tell it. */
  readonly unique_id: null;
  readonly unique_id_known: false;
  readonly device_ids: readonly string[];
  readonly entity_ids: readonly string[];
  readonly macs: readonly string[];
  readonly related_entry_ids: readonly string[];
}

export interface Expected {
  readonly deviceId: string | undefined;
  readonly uniqueId: string | undefined;
  readonly mac: string | undefined;
  readonly entityIds: readonly string[] | undefined;
}

export async function identityOf({ home }: ToolContext, { entry_id: entryId }: ConfigEntry): Promise<Identity> {
  const [devices, entities] = await Promise.all([home.devices(), home.entities()]);
  const own = [...devices.values()].filter((device) => device.config_entries?.includes(entryId));
  const macs = own.flatMap((device) =>
    pairsShape
      .parse(device['connections'])
      .flatMap(([kind, value]) => (kind === 'mac' ? [bareMac(String(value))] : [])),
  );
  const others = own.flatMap((device) => device.config_entries ?? []).filter((id) => id !== entryId);
  return {
    unique_id: null,
    unique_id_known: false,
    device_ids: own.map((device) => device.id).sort(),
    entity_ids: [...entities.values()]
      .filter((one) => one.config_entry_id === entryId)
      .map((one) => one.entity_id)
      .sort(),
    macs: [...new Set(macs)].sort(),
    related_entry_ids: [...new Set(others)].sort(),
  };
}

/** @throws Fault VALIDATION_INVALID_PARAMETER naming what does not fit */
export function checkExpected(identity: Identity, { deviceId, uniqueId, mac, entityIds }: Expected): void {
  const refuse = (parameter: string, what: string) =>
    invalidParameter(parameter, what, 'Compare with identity: this may be another entry than you think.', { identity });
  if (uniqueId !== undefined)
    throw refuse('expected_unique_id', 'Home Assistant does not tell unique ids, so it cannot be compared.');
  if (deviceId !== undefined && !identity.device_ids.includes(deviceId))
    throw refuse('expected_device_id', `the entry has no device ${deviceId}.`);
  if (mac !== undefined && !identity.macs.includes(bareMac(mac)))
    throw refuse('expected_mac', `the entry has no device with the address ${mac}.`);
  const foreign = entityIds?.find((id) => !identity.entity_ids.includes(id));
  if (foreign !== undefined) throw refuse('expected_entity_ids', `${foreign} does not belong to the entry.`);
}

function bareMac(mac: string): string {
  return mac.toLowerCase().replace(/[-.]/g, ':');
}
