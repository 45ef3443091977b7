import type { Command } from 'commander';
import { z } from 'zod';
import { type AppliedHome, applyResultShape } from '../../api/apply-shape.ts';
import { confirm, yesFlag, yesOption } from '../confirm.ts';
import { readHomesFile } from '../homes-file.ts';
import type { Paint } from '../io.ts';
import { addLeaf, type Home } from '../leaf.ts';
import { cell } from '../table.ts';

/** A thousand homes that are tried one after the other. */
const APPLY_MS = 30 * 60_000;

const SIGNS = {
  created: ['green', '+'],
  updated: ['cyan', '~'],
  unchanged: ['dim', '='],
  removed: ['red', '-'],
  failed: ['red', '✗'],
} as const;

export function applyCommand(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'apply',
    summary: 'make the homes what a YAML file says; exit code 1 when one fails',
    examples: ['hub homes apply -f homes.yaml --dry-run', 'hub homes apply -f homes.yaml --prune'],
    flags: [
      ['-f, --file <file>', 'a list under homes:, each with slug and url'],
      ['--dry-run', 'show what would change and change nothing'],
      ['--prune', 'also remove homes that the file does not name'],
      ['--no-check', 'store new links without trying them'],
      yesFlag,
    ],
    options: {
      file: z.string('name the file: -f homes.yaml'),
      dryRun: z.boolean().default(false),
      prune: z.boolean().default(false),
      check: z.boolean().default(true),
      ...yesOption,
    },
    async run(cli, { file, yes, ...query }) {
      const body = await readHomesFile(file, cli.io.env);
      const path = await cli.tenantPath('homes', 'apply');
      const apply = (dryRun: boolean) =>
        cli.hub.ask('POST', path, applyResultShape, { query: { ...query, dryRun }, body, deadlineMs: APPLY_MS });
      if (query.prune && !query.dryRun) await confirm(cli, yes, async () => pruneQuestion((await apply(true)).homes));
      const answer = await apply(query.dryRun);
      cli.show(answer, () =>
        [...answer.homes.map((one) => linesOf(cli.paint, one)), summary(answer.homes, query.dryRun)].join('\n'),
      );
      return answer.homes.some(({ result }) => result === 'failed') ? 1 : 0;
    },
  });
}

function pruneQuestion(homes: readonly AppliedHome[]): string | undefined {
  const gone = homes.filter(({ result }) => result === 'removed').map(({ home }) => home);
  return gone.length === 0 ? undefined : `Forget ${gone.join(', ')}, which the file does not name?`;
}

function linesOf(paint: Paint, { home, result, changes, reason }: AppliedHome): string {
  const [colour, sign] = SIGNS[result];
  return [
    `${paint(colour, sign)} ${home}${reason === undefined ? '' : `: ${cell(reason)}`}`,
    ...changes.map(({ field, from = 'nothing', to = 'nothing' }) => `    ${field}: ${cell(from)} → ${cell(to)}`),
  ].join('\n');
}

function summary(homes: readonly AppliedHome[], isDry: boolean): string {
  const counts = (['created', 'updated', 'unchanged', 'removed', 'failed'] as const)
    .map((kind) => [homes.filter(({ result }) => result === kind).length, kind] as const)
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} ${kind}`);
  return `\n${isDry ? 'Nothing was changed. It would be' : 'Done:'} ${counts.join(', ')}.`;
}
