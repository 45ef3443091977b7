import { type FleetHome, fitsFleet, problemsOf } from '@hub/core/fleet-filter.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { fleetFilter, fleetFilterParameters } from './filter.ts';

const MAX_ROWS = 100;

export const tool = defineTool({
  name: 'ha_fleet_status',
  title: 'Fleet Status',
  docs: 'How homes stand: versions, updates, last backup, repairs, low batteries, what expires; as the last look at each found it. Filters must all hold, e.g. core_older_than "2026.10" with no_backup_for_days 7.',
  tags: ['System'],
  scope: 'connector',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    ...fleetFilterParameters,
    offset: z.number().int().min(0).default(0),
  }),
  output: z.looseObject({
    ...successShape,
    total: z.number().int(),
    count: z.number().int(),
    homes: z.array(z.looseObject({ home: z.string(), problems: z.array(z.string()) })),
    never_looked_at: z.array(z.string()),
  }),
  async run({ offset, ...asked }, { homes }) {
    const all = await homes.fleet();
    const now = new Date();
    const filter = fleetFilter(asked);
    const found = all.filter((home) => fitsFleet(home, filter, now));
    const page = found.slice(offset, offset + MAX_ROWS);
    const rest = found.length - offset - page.length;
    const unseen = all.filter(({ sweptAt }) => sweptAt === undefined).map(({ slug }) => slug);
    return {
      success: true as const,
      total: all.length,
      count: found.length,
      homes: page.map((home) => rowOf(home, now)),
      never_looked_at: unseen.slice(0, MAX_ROWS),
      ...(rest > 0 ? { next_offset: offset + page.length } : {}),
      message: `${found.length} of ${all.length} homes fit.`,
    };
  },
});

function rowOf(home: FleetHome, now: Date) {
  const { slug, name, tags, country, region, state, haVersion, coreUpdate, osUpdate, updatesPending } = home;
  const { lastBackupAt, repairs, unavailableEntities, lowBatteries, lastSeenAt, sweptAt } = home;
  const row = {
    ...{ home: slug, name, tags: [...tags], country, region, state: state ?? 'unknown', core: haVersion },
    ...{ core_update: coreUpdate, os_update: osUpdate, updates: updatesPending, repairs },
    ...{ unavailable_entities: unavailableEntities, low_batteries: lowBatteries },
    ...{ last_backup: lastBackupAt?.toISOString(), last_seen: lastSeenAt?.toISOString() },
    ...{ window_opens: home.windowOpensAt, swept_at: sweptAt?.toISOString(), problems: [...problemsOf(home, now)] },
  };
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as typeof row;
}
