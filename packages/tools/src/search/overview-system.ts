import { Fault } from '@hub/core/fault.ts';
import { type CoreConfig, readCoreConfig } from '@hub/ha/core-config.ts';
import { listNotifications, listRepairs } from '@hub/ha/notices.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';
import { pick } from '../shared/fields.ts';
import type { DetailLevel } from './overview-entities.ts';

const FULL_CONFIG =
  'country currency unit_system latitude longitude elevation safe_mode internal_url external_url allowlist_external_dirs'.split(
    ' ',
  );
const REPAIR_FIELDS =
  'issue_id domain severity translation_key ignored dismissed_version is_fixable breaks_in_ha_version created issue_domain'.split(
    ' ',
  );

/** Only names are looked at: the fields of all services take longer to check than Home Assistant takes to send them. */
const servicesSchema = z.record(
  z.string(),
  z.custom<object>((value) => typeof value === 'object' && value !== null),
);

/** Keys of the answer, and what is to be said of them. */
export interface Part<T> {
  readonly value: T | undefined;
  readonly fault: Fault | undefined;
}

/** A part that a home refuses costs that part, not the overview; one that nobody asked for is not read. */
export async function part<T>(isWanted: boolean, read: () => Promise<T>): Promise<Part<T>> {
  if (!isWanted) return { value: undefined, fault: undefined };
  try {
    return { value: await read(), fault: undefined };
  } catch (error) {
    if (error instanceof Fault && error.code !== 'CANCELLED') return { value: undefined, fault: error };
    throw error;
  }
}

/** Names of the services by domain. Source: HA `get_services`. @throws Fault */
export async function serviceNames(home: View, signal: AbortSignal): Promise<ReadonlyMap<string, readonly string[]>> {
  const answer = servicesSchema.parse(await home.send({ type: 'get_services' }, { signal, isWrite: false }));
  return new Map(Object.entries(answer).map(([domain, services]) => [domain, Object.keys(services)]));
}

export async function systemInfo(home: View, level: DetailLevel, signal: AbortSignal) {
  const config = await readCoreConfig(home, { signal });
  const { version, location_name, time_zone, state } = config;
  return {
    base_url: home.info.baseUrl,
    version,
    location_name,
    time_zone,
    language: config['language'] ?? null,
    state,
    ...(home.info.isSimulated ? { simulated: true } : {}),
    ...(level === 'full' ? fullInfo(config) : {}),
  };
}

function fullInfo(config: CoreConfig) {
  return { ...pick(config, FULL_CONFIG), components_loaded: config.components.length };
}

export async function notices(home: View, signal: AbortSignal) {
  const all = await listNotifications(home, { signal });
  return {
    notification_count: all.length,
    notifications: all.map(({ notification_id, title = null, message = null, created_at = null }) => ({
      notification_id,
      title,
      message,
      created_at,
    })),
  };
}

/** Open repairs as Home Assistant's own page shows them: without those somebody dismissed, unless asked for. */
export async function repairs(home: View, includesDismissed: boolean, signal: AbortSignal) {
  const all = await listRepairs(home, { signal });
  const shown = includesDismissed ? all : all.filter(({ ignored }) => !ignored);
  const dismissed = all.length - shown.length;
  return {
    repair_count: shown.length,
    ...(dismissed > 0 ? { dismissed_repair_count: dismissed } : {}),
    repairs: shown.map((issue) => pick(issue, REPAIR_FIELDS)),
  };
}
