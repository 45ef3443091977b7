import { setImmediate as turn } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import type { FleetHome } from '@hub/core/fleet-filter.ts';
import { expect, it } from 'vitest';
import { createHeldJobs, heldJob } from '../testing/held-jobs.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './search.ts';

const home = (slug: string, state?: 'running') => ({
  ...{ id: slug, slug, name: slug, tags: slug === 'lake' ? ['boiler'] : [], isSimulated: true, state },
});
const away = new Fault('CONNECTION_TIMEOUT', 'The home is not reachable.');
const homes = [home('cabin', 'running'), home('lake'), home('town', 'running')];
const fleet: FleetHome[] = homes.map(({ slug, name, tags }) => ({
  slug,
  name,
  tags,
  country: slug === 'town' ? 'SE' : 'NO',
}));

it('looks into the homes that are linked, and names the others', async () => {
  const asked: unknown[] = [];
  const call = async (name: string, args: unknown) => {
    asked.push([name, args]);
    return { entities: ['light.boiler'] };
  };
  const found = await runTool(
    tool,
    { query: 'boiler', where: { country: 'NO' } },
    createToolContext({ homes, fleet, call }),
  );
  expect(found).toMatchObject({
    ...{ homes: ['lake'], not_looked_into: ['lake'], not_looked_into_count: 1 },
    results: [{ home: 'cabin', found: { entities: ['light.boiler'] } }],
  });
  expect(asked).toEqual([['ha_search', { query: 'boiler', limit: 5, home: 'cabin' }]]);
});

it('looks into homes that another replica has as well, and names one that does not answer without losing the others', async () => {
  const stands: FleetHome[] = fleet.map((one) => ({ ...one, state: 'running' }));
  const call = async (_name: string, args: unknown) => {
    if ((args as { home: string }).home === 'cabin') throw away;
    return { entities: [] };
  };
  const found = await runTool(
    tool,
    { query: 'boiler' },
    createToolContext({ homes, fleet: stands, held: ['lake'], call }),
  );
  expect(found).toMatchObject({
    results: [
      { home: 'cabin', error: { code: 'CONNECTION_TIMEOUT' } },
      { home: 'lake', found: { entities: [] } },
      { home: 'town' },
    ],
    not_looked_into: [],
  });
});

it('leaves a connector room for other calls while it looks into twenty homes', async () => {
  const many = Array.from({ length: 20 }, (_, at) => home(`home-${at}`, 'running'));
  let underWay = 0;
  let most = 0;
  const call = async (_name: string, args: unknown) => {
    most = Math.max(most, ++underWay);
    await turn();
    underWay--;
    return { at: (args as { home: string }).home };
  };
  const context = createToolContext({ homes: many, fleet: many, call });
  const { results } = await runTool(tool, { query: 'boiler' }, context);
  expect(results).toEqual(many.map(({ slug }) => ({ home: slug, found: { at: slug } })));
  expect(most).toBe(5);
});

it('a full search is a job over all of them', async () => {
  const job = heldJob('j', { state: 'running' });
  const ran: unknown[] = [];
  const run = async (request: unknown) => {
    ran.push(request);
    return job;
  };
  const fleetPort = { run, plan: () => Promise.reject(new Error('no plan')) };
  const jobs = createHeldJobs([job]);
  const context = createToolContext({ homes, fleet, fleetPort, jobs });
  expect(await runTool(tool, { query: 'boiler', full: true }, context)).toMatchObject({
    status: 'running',
    job_id: 'j',
  });
  expect(ran).toMatchObject([{ tool: 'ha_search', args: { query: 'boiler', limit: 5 } }]);
});
