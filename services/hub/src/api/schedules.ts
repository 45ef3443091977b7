import { Fault } from '@hub/core/fault.ts';
import { nextTick } from '@hub/core/next-tick.ts';
import { addSchedule, listSchedules, removeSchedule } from '@hub/db/schedules.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { scheduledArgs, scheduledKind } from '../schedules/scheduled-jobs.ts';
import type { Api } from './api-scope.ts';
import { line, ref, slug, tenantParams, when } from './field-shapes.ts';
import { homeIn, tenantOf } from './find.ts';
import { noBackupStore } from './no-backup-store.ts';
import { OPERATOR } from './operator.ts';

const tags = ['jobs'];

const argsShape = z.record(z.string(), z.unknown());

export const scheduleShape = z
  .object({
    name: z.string(),
    home: z.string(),
    cron: z.string(),
    timeZone: z.string().describe('Of the home.'),
    kind: z.string().describe('Of the job.'),
    args: argsShape,
    nextAt: when,
    lastAt: when.optional(),
    lastJobId: z.string().optional(),
    lastGoodAt: when.optional().describe('When a job of this kind last ended well at the home.'),
  })
  .meta({ id: 'Schedule' });

export function scheduleRoutes(api: Api, deps: Deps): void {
  const { db } = deps.storage;

  api.get(
    '/tenants/:tenant/schedules',
    {
      schema: {
        operationId: 'listSchedules',
        summary: 'Jobs that start by the clock of their home',
        tags,
        params: tenantParams,
        response: { 200: z.object({ schedules: z.array(scheduleShape) }) },
      },
    },
    async ({ params }) => {
      const schedules = await listSchedules(db, (await tenantOf(deps, params.tenant)).id);
      return {
        schedules: schedules.map(
          ({ name, home, cron, timeZone, kind, args, nextAt, lastAt, lastJobId, lastGoodAt }) => ({
            ...{ name, home, cron, timeZone, kind, args: argsShape.parse(args), nextAt: nextAt.toISOString() },
            ...(lastAt && { lastAt: lastAt.toISOString() }),
            ...(lastJobId !== null && { lastJobId }),
            ...(lastGoodAt && { lastGoodAt: lastGoodAt.toISOString() }),
          }),
        ),
      };
    },
  );

  api.post(
    '/tenants/:tenant/schedules',
    {
      schema: {
        operationId: 'addSchedule',
        summary: 'Start a job by the clock of its home',
        tags,
        params: tenantParams,
        body: z.strictObject({
          name: slug,
          home: ref,
          kind: scheduledKind.default('backup.create'),
          args: argsShape.default({}).describe('Of the job.'),
          cron: line(100).describe('Five fields, such as 30 3 * * *, in the time zone of the home.'),
        }),
        response: { 201: z.object({ name: z.string(), nextAt: when, timeZone: z.string() }) },
      },
    },
    async ({ params, body: { name, home: homeRef, cron, kind, args: given } }, reply) => {
      const tenant = await tenantOf(deps, params.tenant);
      const home = await homeIn(deps, tenant.id, homeRef);
      const timeZone = home.timeZone ?? 'UTC';
      const args = scheduledArgs(kind, given);
      if (kind === 'backup.drill' && !deps.config.backupStore) throw noBackupStore();
      const nextAt = nextTick(cron, timeZone, new Date());
      if (!nextAt) throw noCron(cron);
      await addSchedule(db, tenant.id, { homeId: home.id, name, cron, kind, args, nextAt }, OPERATOR);
      return reply.code(201).send({ name, nextAt: nextAt.toISOString(), timeZone });
    },
  );

  api.delete(
    '/tenants/:tenant/schedules/:schedule',
    {
      schema: {
        operationId: 'removeSchedule',
        summary: 'Start it no more; a job that runs goes on',
        tags,
        params: tenantParams.extend({ schedule: line(100) }),
        response: { 204: z.null() },
      },
    },
    async ({ params }, reply) => {
      await removeSchedule(db, (await tenantOf(deps, params.tenant)).id, params.schedule);
      return reply.code(204).send(null);
    },
  );
}

function noCron(cron: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `'${cron}' is no cron line that ever comes.`, {
    suggestion: 'Give minute, hour, day, month and weekday, such as 30 3 * * *',
  });
}
