import { fitsFleet } from '@hub/core/fleet-filter.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { count, successShape } from '../shared/parameters.ts';
import { fleetFilter, whereParameter } from './filter.ts';
import { followFleet } from './follow-fleet.ts';

const MAX_LOOKED_INTO = 20;
const MAX_NAMED = 100;

export const tool = defineTool({
  name: 'ha_fleet_search',
  title: 'Search Many Homes',
  docs: 'Finds homes by name or tag, and entities in up to 20 linked homes; names those not looked into. full: all, as a job.',
  tags: ['System', 'Search & Discovery'],
  scope: 'connector',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    query: z.string().min(1),
    where: whereParameter,
    limit: count(1, 50).default(5),
    full: z.boolean().default(false),
  }),
  output: z.looseObject({ ...successShape }),
  async run({ query, limit, full, where }, context) {
    const { homes, call, signal } = context;
    const filter = fleetFilter(where);
    const args = { query, limit };
    if (full) {
      const how = { canary: 1, soakSeconds: 0, maxFailures: 0, maxFailedPercent: 100, atOnce: 10 };
      const request = { tool: 'ha_search', args, filter, exclude: [], ...how };
      return followFleet(context, await context.fleet.run(request, undefined));
    }
    const now = new Date();
    const fitting = new Set(
      (await homes.fleet()).filter((home) => fitsFleet(home, filter, now)).map(({ slug }) => slug),
    );
    const all = (await homes.list()).filter(({ slug }) => fitting.has(slug));
    const wanted = query.toLowerCase();
    const named = all.filter(({ slug, name, tags }) =>
      [slug, name, ...tags].some((text) => text.toLowerCase().includes(wanted)),
    );
    const looked = all.filter(({ state }) => state === 'running').slice(0, MAX_LOOKED_INTO);
    const found = [];
    for (const { slug } of looked) {
      signal.throwIfAborted();
      found.push({ home: slug, found: await call('ha_search', { ...args, home: slug }) });
    }
    const seen = new Set(looked.map(({ slug }) => slug));
    const notLookedInto = all.flatMap(({ slug }) => (seen.has(slug) ? [] : [slug]));
    return {
      success: true as const,
      homes: named.slice(0, MAX_NAMED).map(({ slug }) => slug),
      results: found,
      not_looked_into: notLookedInto.slice(0, MAX_NAMED),
      not_looked_into_count: notLookedInto.length,
      ...(notLookedInto.length > 0 ? { note: 'full: true searches these too.' } : {}),
    };
  },
});
