import type { HomeHealth } from '@hub/core/home-health.ts';
import { z } from 'zod';
import { type BackupInfo, readBackupInfo } from './backups.ts';
import { readText } from './body.ts';
import type { CallOptions, Home } from './home.ts';
import { listRepairs } from './notices.ts';

const statesShape = z.array(
  z.object({ entity_id: z.string(), state: z.string(), attributes: z.record(z.string(), z.unknown()) }),
);
const hostShape = z.object({ disk_free: z.number(), disk_total: z.number() });

type State = z.infer<typeof statesShape>[number];

/** Percent at which people want to know. */
const LOW_BATTERY = 15;
const GB = 1_000_000_000;
const MAX_HOST_BYTES = 1_000_000;

/**
 * Reads without a mirror: all states once, the backups, the repairs, and the disk where there is a Supervisor. A part that fails
 * or that our user may not see is left out. @throws Fault when the states cannot be read
 */
export async function readHealth(home: Home, options: CallOptions = {}): Promise<HomeHealth> {
  const look = { ...options, isWrite: false };
  const [states, backups, repairs, host] = await Promise.all([
    home.send({ type: 'get_states' }, look).then((answer) => statesShape.parse(answer)),
    readBackupInfo(home, look).catch(() => undefined),
    listRepairs(home, look).catch(() => undefined),
    home.info.components.has('hassio')
      ? home
          .supervisor({ method: 'GET', path: '/host/info' }, look)
          .then(async (answer) => hostShape.parse(JSON.parse(await readText(answer, MAX_HOST_BYTES))))
          .catch(() => undefined)
      : undefined,
  ]);
  const updates = states.filter(({ entity_id: id, state }) => id.startsWith('update.') && state === 'on');
  const { lastBackupAt, hasBackup } = backups ? backupsOfHome(backups) : {};
  return {
    coreUpdate: offered(updates, 'Home Assistant Core'),
    osUpdate: offered(updates, 'Home Assistant Operating System'),
    updatesPending: updates.length,
    lastBackupAt,
    hasBackup,
    diskFreeBytes: host && Math.round(host.disk_free * GB),
    diskTotalBytes: host && Math.round(host.disk_total * GB),
    repairs: repairs?.filter(({ ignored }) => !ignored).length,
    unavailableEntities: states.filter(({ state }) => state === 'unavailable').length,
    lowBatteries: states.filter(isLowBattery).length,
  };
}

/** One of apps alone, as the Supervisor makes before it updates an app, brings no home back. A place that could not be asked may have one. */
export function backupsOfHome({
  backups,
  agent_errors: errors,
}: BackupInfo): Pick<HomeHealth, 'lastBackupAt' | 'hasBackup'> {
  const ofHome = backups.filter(({ homeassistant_included: isWhole }) => isWhole !== false);
  const dates = ofHome.map(({ date }) => Date.parse(date)).filter((at) => !Number.isNaN(at));
  return {
    lastBackupAt: dates.length > 0 ? new Date(Math.max(...dates)) : undefined,
    hasBackup: ofHome.length > 0 || (Object.keys(errors).length > 0 ? undefined : false),
  };
}

function offered(updates: readonly State[], title: string): string | undefined {
  const version = updates.find(({ attributes }) => attributes['title'] === title)?.attributes['latest_version'];
  return typeof version === 'string' ? version : undefined;
}

function isLowBattery({ entity_id: id, state, attributes }: State): boolean {
  if (attributes['device_class'] !== 'battery') return false;
  if (id.startsWith('binary_sensor.')) return state === 'on';
  const percent = Number(state);
  return state !== '' && percent <= LOW_BATTERY && attributes['unit_of_measurement'] === '%';
}
