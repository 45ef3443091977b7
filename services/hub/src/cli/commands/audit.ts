import type { Command } from 'commander';
import { z } from 'zod';
import { verdictShape } from '../../api/audit.ts';
import { auditShape } from '../../api/audit-shape.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { pageFlags, pageOptions } from '../page-flags.ts';
import { addStart } from '../start-job.ts';
import { cell, table } from '../table.ts';
import { durationMs, moment } from '../when-text.ts';

const OUTCOME_COLOURS = {
  done: 'green',
  failed: 'red',
  refused: 'yellow',
  cancelled: 'dim',
  unknown: 'yellow',
} as const;

export function auditCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'audit', 'what was called and how it went');

  addLeaf(group, home, {
    usage: 'list',
    summary: 'newest first',
    examples: [
      'hub audit list',
      'hub audit list --effect configure --effect secure --since 7d',
      'hub audit list --connector anna --tool ha_call_service --json',
    ],
    flags: [
      ['--home <home>', ''],
      ['--connector <connector>', ''],
      ['--tool <tool>', ''],
      ['--effect <effect...>', ''],
      ['--call <id>', 'one call'],
      ['--since <time>', 'a time ago such as 24h or 7d, or a date'],
      ...pageFlags,
    ],
    options: {
      home: z.string().optional(),
      connector: z.string().optional(),
      tool: z.string().optional(),
      effect: z.array(z.string()).optional(),
      call: z.string().optional(),
      since: z.string().optional(),
      ...pageOptions,
    },
    async run(cli, { since, ...query }) {
      const shape = z.object({ entries: z.array(auditShape), next: z.string().optional() });
      const answer = await cli.hub.ask('GET', await cli.tenantPath('audit'), shape, {
        query: { ...query, since: since && startOf(since) },
      });
      const rows = answer.entries.map((entry) => [
        moment(entry.at),
        cell(entry.connector) ?? entry.actor.kind,
        entry.home,
        entry.tool,
        entry.effect,
        cli.paint(OUTCOME_COLOURS[entry.outcome], entry.outcome),
        entry.faultCode,
        entry.durationMs === undefined ? undefined : `${Math.round(entry.durationMs)} ms`,
      ]);
      const heads = ['WHEN', 'WHO', 'HOME', 'TOOL', 'EFFECT', 'OUTCOME', 'ERROR', 'TOOK'];
      cli.show(answer, () => (rows.length === 0 ? 'No entries.' : table(cli.paint, heads, rows)));
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'verify',
    summary: 'compare the trail with its seals; exit code 1 when something was altered',
    examples: ['hub audit verify', 'hub audit verify --head 3fa9…'],
    flags: [['--head <hash>', 'a head noted earlier, which must still stand']],
    options: { head: z.string().optional() },
    async run(cli, { head }) {
      const path = await cli.tenantPath('audit', 'verify');
      const verdict = await cli.hub.ask('POST', path, verdictShape, { body: { head } });
      const { seals, rows, dropped, broken, newest } = verdict;
      const gone = dropped === 0 ? '' : ` The rows of ${dropped} were removed by age.`;
      const sealed =
        newest === undefined ? 'Nothing is sealed yet.' : `Sealed until ${moment(newest.until)}; head ${newest.head}`;
      cli.show(verdict, () =>
        broken.length === 0
          ? `${rows} rows fit their ${seals} seals.${gone}\n${sealed}`
          : broken.map((one) => cell(one)).join('\n'),
      );
      return broken.length === 0 ? undefined : 1;
    },
  });

  addStart(group, home, {
    usage: 'seal',
    summary: 'seal the settled hours now, as each hour does; exit code 1 unless it is done',
    examples: ['hub audit seal', 'hub audit seal --tenant fjord --json'],
    path: ['audit', 'seal'],
  });
}

/** A date as it is, else so long ago. @throws UsageError */
function startOf(text: string): string {
  const date = new Date(text);
  const isDate = /^\d{4}-/.test(text) && !Number.isNaN(date.getTime());
  return (isDate ? date : new Date(Date.now() - durationMs(text, '--since'))).toISOString();
}
