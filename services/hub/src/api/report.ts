import { type HomeReport, readReport } from '@hub/db/home-report.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { tenantParams } from './field-shapes.ts';
import { tenantOf } from './find.ts';

const DAY_MS = 86_400_000;

const HEADS = [
  ...['home', 'name', 'month', 'availability_pct', 'looks', 'core_version', 'calls', 'failed_calls'],
  ...['updates', 'backups', 'problems', 'open_problems'],
];

export function reportRoute(api: Api, deps: Deps): void {
  api.get(
    '/tenants/:tenant/report',
    {
      schema: {
        operationId: 'reportMonth',
        summary: 'A month of each home as CSV',
        description: 'Months are of UTC. The current one, unless told. Empty is what is no longer kept of it.',
        tags: ['homes'],
        params: tenantParams,
        querystring: z.strictObject({
          month: z
            .string()
            .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'a month such as 2026-10')
            .optional(),
        }),
        produces: ['text/csv'],
      },
    },
    async ({ params, query }, reply) => {
      const { id } = await tenantOf(deps, params.tenant);
      const month = query.month ?? new Date().toISOString().slice(0, 7);
      const since = new Date(`${month}-01T00:00:00Z`);
      const until = new Date(Date.UTC(since.getUTCFullYear(), since.getUTCMonth() + 1, 1));
      const homes = await readReport(deps.storage.db, id, since, until);
      const isKept = (days: number) => Date.now() - since.getTime() <= days * DAY_MS;
      const { jobsMaxDays, auditMaxDays } = deps.config;
      const kept = { jobs: isKept(jobsMaxDays), calls: isKept(auditMaxDays) };
      const lines = [HEADS, ...homes.map((home) => cellsOf(home, month, kept))];
      return reply
        .type('text/csv; charset=utf-8')
        .send(lines.map((cells) => `${cells.map(csvCell).join(',')}\r\n`).join(''));
    },
  );
}

/** What of a month is no longer kept, if only in part, stays empty: counting the rest would be wrong. */
function cellsOf(
  home: HomeReport,
  month: string,
  kept: { readonly jobs: boolean; readonly calls: boolean },
): readonly (string | number)[] {
  const { looks, running } = home;
  const availability = looks === 0 ? '' : ((running / looks) * 100).toFixed(2);
  const calls = kept.calls ? [home.calls, home.failedCalls] : ['', ''];
  const work = kept.jobs ? [home.updates, home.backups] : ['', ''];
  return [
    ...[home.slug, home.name, month, availability, looks, home.haVersion ?? ''],
    ...[...calls, ...work, home.problems, home.openProblems],
  ];
}

/** Names come from people and homes: what a spreadsheet would take for a formula is made text by an apostrophe. */
function csvCell(value: string | number): string {
  const text = String(value);
  const safe = /^\s*[=+\-@]|^[\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
