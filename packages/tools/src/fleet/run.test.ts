import type { JobView } from '@hub/jobs/port.ts';
import { expect, it } from 'vitest';
import type { FleetPort, FleetRequest } from '../define.ts';
import { createHeldJobs, heldJob } from '../testing/held-jobs.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './run.ts';

const result = { tool: 'x', done: 2, failed: 0, unknown: 0, not_run: [], homes: [] };
const done = heldJob('j', { state: 'done', result, finishedAt: new Date() });

function portOf(isWrite: boolean) {
  const ran: { request: FleetRequest; planId: string | undefined }[] = [];
  const fleetPort: FleetPort = {
    plan: async () => ({
      ...{ isWrite, rings: [['a'], ['b']], skipped: [{ home: 'c', why: 'pinned by the owner' }], previews: [] },
      plan: isWrite ? { id: 'p1', expiresAt: new Date('2026-11-01T10:15:00Z') } : undefined,
    }),
    async run(request, planId) {
      ran.push({ request, planId });
      return done as JobView;
    },
  };
  return { ran, context: createToolContext({ fleetPort, jobs: createHeldJobs([done]) }) };
}

it('a write answers with its plan and runs nothing before that plan comes back', async () => {
  const { ran, context } = portOf(true);
  expect(await runTool(tool, { tool: 'x', where: { tag: 'north' } }, context)).toMatchObject({
    ...{ plan_id: 'p1', homes: 2, rings: [['a'], ['b']], skipped: [{ home: 'c' }] },
  });
  expect(ran).toEqual([]);
  expect(await runTool(tool, { tool: 'x', where: { tag: 'north' }, plan_id: 'p1' }, context)).toMatchObject({
    job_id: 'j',
    done: 2,
  });
  expect(ran).toMatchObject([{ planId: 'p1', request: { tool: 'x', filter: { tag: 'north' }, canary: 1 } }]);
});

it('a read runs at once', async () => {
  const { ran, context } = portOf(false);
  expect(await runTool(tool, { tool: 'x' }, context)).toMatchObject({ done: 2 });
  expect(ran).toMatchObject([{ planId: undefined }]);
});

it('counts as a read until it brings a plan', () => {
  const { effect } = tool;
  const judged = (args: object) => (typeof effect === 'string' ? effect : effect.of(tool.input.parse(args)));
  expect([judged({ tool: 'x' }), judged({ tool: 'x', plan_id: 'p' })]).toEqual(['read', 'control']);
});
