import { counted } from '@hub/core/counted.ts';
import type { Command } from 'commander';
import { z } from 'zod';
import { type Finding, findingShape } from '../../api/doctor/finding.ts';
import type { Paint } from '../io.ts';
import { addLeaf, type Home } from '../leaf.ts';
import { cell } from '../table.ts';

const EXAMINE_MS = 10 * 60_000;

const MARKS = { ok: ['green', '✓'], warn: ['yellow', '!'], broken: ['red', '✗'] } as const;

const TITLES = {
  database: 'Database',
  keys: 'Keys',
  home: 'Homes',
  memory: 'Memory',
  jobs: 'Jobs',
  public: 'Public address',
} as const;

export function doctorCommand(program: Command, home: Home): void {
  addLeaf(program, home, {
    usage: 'doctor',
    summary: 'what is wrong, and what to do; exit code 1 when something is broken',
    examples: ['hub doctor', 'hub doctor --all', 'hub doctor --public', 'hub doctor --tenant parents --json'],
    flags: [
      ['--all', 'everything: the public address, and repairs, updates and backups of each home'],
      ['--public', 'also ask PUBLIC_URL as AI clients would'],
      ['--tenant <tenant>', 'only the homes of this tenant'],
    ],
    options: { all: z.boolean().default(false), public: z.boolean().default(false), tenant: z.string().optional() },
    isOfTenant: false,
    async run(cli, query) {
      const shape = z.object({ healthy: z.boolean(), findings: z.array(findingShape) });
      const report = await cli.hub.ask('GET', '/doctor', shape, { query, deadlineMs: EXAMINE_MS });
      cli.show(report, () => reportText(cli.paint, report.findings));
      return report.healthy ? 0 : 1;
    },
  });
}

function reportText(paint: Paint, findings: readonly Finding[]): string {
  const byArea = Map.groupBy(findings, ({ area }) => area);
  const parts = [...byArea].map(([area, list]) => `${paint('bold', TITLES[area])}\n${linesOf(paint, list)}`);
  const broken = findings.filter(({ level }) => level === 'broken').length;
  const warnings = findings.filter(({ level }) => level === 'warn').length;
  const end =
    broken > 0
      ? paint('red', `${counted(broken, 'thing is', 'things are')} broken.`)
      : warnings > 0
        ? `Nothing is broken; ${counted(warnings, 'thing')} to look at.`
        : paint('green', 'All is well.');
  return [...parts, end].join('\n\n');
}

/** One line for each finding, what to do below it; the subject stands once above all that is said of it. */
function linesOf(paint: Paint, findings: readonly Finding[]): string {
  const bySubject = Map.groupBy(findings, ({ subject }) => subject);
  return [...bySubject]
    .flatMap(([subject, list]) => [
      ...(subject === undefined ? [] : [`  ${cell(subject)}`]),
      ...list.flatMap(({ level, message, advice }) => {
        const [colour, mark] = MARKS[level];
        const indent = subject === undefined ? '  ' : '    ';
        const said = `${indent}${paint(colour, mark)} ${cell(message)}`;
        return advice === undefined ? [said] : [said, `${indent}  → ${cell(advice)}`];
      }),
    ])
    .join('\n');
}
