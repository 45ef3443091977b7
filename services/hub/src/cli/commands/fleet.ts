import type { Command } from 'commander';
import { z } from 'zod';
import { fleetHomeShape } from '../../api/fleet.ts';
import { type JobAnswer, startedShape } from '../../api/job-shape.ts';
import { fleetFlags, fleetOptions } from '../fleet-flags.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { cell, table } from '../table.ts';
import { watchJob } from '../watch-job.ts';
import { moment } from '../when-text.ts';
import { fleetRunCommands } from './fleet-run.ts';

const answerShape = z.object({ total: z.number(), homes: z.array(fleetHomeShape) });

export function fleetCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'fleet', 'many homes at once');
  fleetRunCommands(group, home);

  addLeaf(group, home, {
    usage: 'status',
    summary: 'how homes stand, as the last look at each found them',
    examples: [
      'hub fleet status',
      'hub fleet status --core-older-than 2026.10 --no-backup-for-days 7',
      'hub fleet status --tag north --has-problems true --json',
    ],
    flags: fleetFlags,
    options: fleetOptions,
    async run(cli, query) {
      const answer = await cli.hub.ask('GET', await cli.tenantPath('fleet'), answerShape, { query });
      const heads = ['Home', 'State', 'Core', 'Updates', 'Last backup', 'Looked at', 'Problems'];
      cli.show(answer, () => {
        const rows = answer.homes.map((one) => [
          cell(one.slug),
          one.state ?? 'unknown',
          cell(one.coreUpdate === undefined ? one.haVersion : `${one.haVersion} → ${one.coreUpdate}`),
          one.updatesPending,
          one.lastBackupAt && moment(one.lastBackupAt),
          one.sweptAt && moment(one.sweptAt),
          cell(one.problems.join(', ')),
        ]);
        return `${table(cli.paint, heads, rows)}\n${answer.homes.length} of ${answer.total} homes`;
      });
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'sweep',
    summary: 'look at the homes that fit now, all of them unless told; exit code 1 unless each was looked at',
    examples: ['hub fleet sweep', 'hub fleet sweep --state offline', 'hub fleet sweep --tag north --json'],
    flags: fleetFlags,
    options: fleetOptions,
    async run(cli, query) {
      const path = await cli.tenantPath('fleet', 'sweep');
      const { job, isNew } = await cli.hub.ask('POST', path, startedShape, { query, body: {} });
      if (!isNew) cli.note('One for these homes is on its way already; this follows it.');
      return watchJob(cli, job.id, wasEachLookedAt);
    },
  });
}

const sweptShape = z.object({ not_looked_at: z.literal(0) });

function wasEachLookedAt({ state, result }: JobAnswer): boolean {
  return state === 'done' && sweptShape.safeParse(result).success;
}
