import { byHands } from '@hub/core/by-hands.ts';
import { Fault } from '@hub/core/fault.ts';
import { type FleetHome, fitsFleet } from '@hub/core/fleet-filter.ts';
import { z } from 'zod';
import { defineTool, type HomeSummary } from '../define.ts';
import { count, successShape } from '../shared/parameters.ts';
import { fleetFilter, whereParameter } from './filter.ts';
import { followFleet } from './follow-fleet.ts';

const MAX_LOOKED_INTO = 20;
const MAX_NAMED = 100;
/** Each is a call of the connector, which may have a bounded number under way. */
const AT_ONCE = 5;

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
    const { homes, call } = context;
    const filter = fleetFilter(where);
    const args = { query, limit };
    if (full) {
      const how = { canary: 1, soakSeconds: 0, maxFailures: 0, maxFailedPercent: 100, atOnce: 10 };
      const request = { tool: 'ha_search', args, filter, exclude: [], ...how };
      return followFleet(context, await context.fleet.run(request, undefined));
    }
    const now = new Date();
    const fitting = new Map(
      (await homes.fleet()).flatMap((home) => (fitsFleet(home, filter, now) ? [[home.slug, home]] : [])),
    );
    const all = (await homes.list()).filter(({ slug }) => fitting.has(slug));
    const wanted = query.toLowerCase();
    const named = all.filter(({ slug, name, tags }) =>
      [slug, name, ...tags].some((text) => text.toLowerCase().includes(wanted)),
    );
    const held = await homes.held();
    const looked = all.filter((home) => isLinked(home, fitting.get(home.slug), held)).slice(0, MAX_LOOKED_INTO);
    const results = await byHands(AT_ONCE, looked, ({ slug }) =>
      call('ha_search', { ...args, home: slug }).then((found) => ({ home: slug, found }), namedAs(slug)),
    );
    const seen = new Set(looked.map(({ slug }) => slug));
    const notLookedInto = all.flatMap(({ slug }) => (seen.has(slug) ? [] : [slug]));
    return {
      success: true as const,
      homes: named.slice(0, MAX_NAMED).map(({ slug }) => slug),
      results,
      not_looked_into: notLookedInto.slice(0, MAX_NAMED),
      not_looked_into_count: notLookedInto.length,
      ...(notLookedInto.length > 0 ? { note: 'full: true searches these too.' } : {}),
    };
  },
});

/** By the link of this hub; by what was stored last where another replica has it. */
function isLinked({ id, state }: HomeSummary, stands: FleetHome | undefined, held: ReadonlySet<string>): boolean {
  return (state ?? (held.has(id) ? stands?.state : undefined)) === 'running';
}

/** A home that does not answer, or where this may not be asked, keeps nothing of the others back. */
function namedAs(home: string) {
  return (error: unknown) => {
    if (!(error instanceof Fault) || error.code === 'CANCELLED') throw error;
    return { home, error: { code: error.code, message: error.message } };
  };
}
