import { randomUUID } from 'node:crypto';
import { type Json, recordOf, textOf } from '../read.ts';
import type { SupervisorModel } from './supervisor-model.ts';

/** One made as `/backups/new/partial` asks for it; gives its slug. */
export function addBackup(model: SupervisorModel, wanted: Json): string {
  const slug = randomUUID().slice(0, 8);
  const isWithAll = wanted['addons'] === 'ALL';
  const installed = [...model.apps.values()].flatMap(({ slug: app, name, installed: of }) =>
    of ? [{ slug: app, name, version: of.version, size: 0.1 }] : [],
  );
  model.backups.set(slug, {
    ...{ slug, name: textOf(wanted['name'], 'Backup'), date: new Date().toISOString(), type: 'partial' },
    ...{ compressed: true, protected: false, supervisor_version: '2026.11.0', repositories: [] },
    location_attributes: { '.local': { protected: typeof wanted['password'] === 'string', size_bytes: 102_400 } },
    homeassistant: wanted['homeassistant'] === true ? model.versions.core : null,
    homeassistant_exclude_database: wanted['homeassistant_exclude_database'] === true,
    addons: isWithAll ? installed : [],
    folders: wanted['folders'] ?? [],
    extra: recordOf(wanted['extra']),
  });
  return slug;
}

/** All of them, as `/backups` lists them. */
export function backupRows({ backups }: SupervisorModel): Json {
  const rows = [...backups.values()].map(({ slug, name, date, type, location_attributes, compressed, ...more }) => ({
    ...{ slug, name, date, type, location_attributes, compressed },
    content: {
      homeassistant: more['homeassistant'] !== null,
      addons: [more['addons']].flat().map((app) => recordOf(app)['slug']),
      folders: more['folders'],
    },
  }));
  return { backups: rows };
}
