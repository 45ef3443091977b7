import { z } from 'zod';
import { defineTool } from '../define.ts';
import { count, stringList, successShape } from '../shared/parameters.ts';
import { fleetFilter, whereParameter } from './filter.ts';
import { followFleet, ran } from './follow-fleet.ts';

const MAX_LISTED = 200;
const AT_ONCE = 10;

export const tool = defineTool({
  name: 'ha_fleet_run',
  title: 'Run at Many Homes',
  docs: 'Runs one tool at all homes that fit, as a job. A write first answers with a plan: show it to the user, then send the same call with its plan_id within 15 minutes. It ends early when the canary homes are not well after soak_seconds or too many fail.',
  tags: ['System'],
  scope: 'connector',
  effect: { lowest: 'read', max: 'destroy', of: ({ plan_id: planId }) => (planId === undefined ? 'read' : 'control') },
  input: z.strictObject({
    tool: z.string(),
    args: z.record(z.string(), z.unknown()).default({}).describe('without home'),
    where: whereParameter,
    exclude: stringList('slugs').optional(),
    canary: count(1).default(1),
    soak_seconds: count(0, 86_400).default(60),
    max_failures: count(0).default(2),
    max_failed_percent: z.number().min(0).max(100).default(10),
    plan_id: z.string().optional(),
  }),
  output: z.looseObject({ ...successShape }),
  answers: { 'fleet.run': ran },
  async run({ tool: name, args, exclude = [], plan_id: planId, where, ...asked }, context) {
    const { fleet } = context;
    const request = {
      ...{ tool: name, args, exclude, filter: fleetFilter(where), canary: asked.canary, atOnce: AT_ONCE },
      ...{ soakSeconds: asked.soak_seconds, maxFailures: asked.max_failures },
      maxFailedPercent: asked.max_failed_percent,
    };
    if (planId === undefined) {
      const { isWrite, plan, rings, skipped, previews } = await fleet.plan(request);
      if (isWrite) {
        return {
          success: true as const,
          ...{ plan_id: plan?.id, expires_at: plan?.expiresAt.toISOString(), homes: rings.flat().length },
          rings: rings.map((ring) => ring.slice(0, MAX_LISTED)),
          ...{ skipped, previews },
          note: 'Nothing was changed. Show this to the user; then send the same call with this plan_id.',
        };
      }
    }
    return followFleet(context, await fleet.run(request, planId));
  },
});
