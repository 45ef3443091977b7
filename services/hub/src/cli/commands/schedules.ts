import type { Command } from 'commander';
import { z } from 'zod';
import { scheduleShape } from '../../api/schedules.ts';
import { scheduledKind } from '../../schedules/scheduled-jobs.ts';
import { confirm, yesFlag, yesOption } from '../confirm.ts';
import { nothing } from '../hub-client.ts';
import { jsonFlag } from '../json-flag.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { cell, table } from '../table.ts';
import { moment } from '../when-text.ts';

export function scheduleCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'schedules', 'jobs by the clock of their home');

  addLeaf(group, home, {
    usage: 'list',
    summary: 'what starts when',
    examples: ['hub schedules list'],
    options: {},
    async run(cli) {
      const shape = z.object({ schedules: z.array(scheduleShape) });
      const answer = await cli.hub.ask('GET', await cli.tenantPath('schedules'), shape);
      const rows = answer.schedules.map((one) => [
        one.name,
        one.home,
        one.kind,
        cell(one.cron),
        one.timeZone,
        moment(one.nextAt),
        one.lastAt && moment(one.lastAt),
        one.lastGoodAt && moment(one.lastGoodAt),
        one.lastJobId,
      ]);
      const heads = ['NAME', 'HOME', 'JOB', 'CRON', 'ZONE', 'NEXT', 'LAST', 'LAST GOOD', 'LAST JOB'];
      cli.show(answer, () => (rows.length === 0 ? 'No schedules.' : table(cli.paint, heads, rows)));
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'add <name>',
    summary: 'start a job regularly; a backup unless told',
    examples: [
      'hub schedules add cabin-nightly --home cabin --cron "30 3 * * *"',
      'hub schedules add cabin-drill --home cabin --cron "0 12 1 * *" --job backup.drill',
      'hub schedules add cabin-updates --home cabin --cron "0 2 * * tue" --job update.install-pending --args \'{"categories":["addons","hacs"]}\'',
    ],
    flags: [
      ['--home <home>', 'name or slug'],
      ['--cron <line>', 'minute, hour, day, month, weekday by the clock of the home'],
      ['--job <kind>', scheduledKind.options.join(' | ')],
      ['--args <json>', 'of the job'],
    ],
    options: { home: z.string(), cron: z.string(), job: scheduledKind.optional(), args: z.string().default('{}') },
    async run(cli, { job: kind, args, ...options }, [name]) {
      const shape = z.object({ name: z.string(), nextAt: z.string(), timeZone: z.string() });
      const path = await cli.tenantPath('schedules');
      const added = await cli.hub.ask('POST', path, shape, {
        body: { name, ...options, kind, args: jsonFlag('--args', args) },
      });
      cli.show(added, () => `${added.name} starts ${moment(added.nextAt)} (zone ${added.timeZone}).`);
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'remove <name>',
    summary: 'start it no more',
    examples: ['hub schedules remove cabin-nightly', 'hub schedules remove cabin-nightly --yes'],
    flags: [yesFlag],
    options: yesOption,
    async run(cli, { yes }, [name = '']) {
      await confirm(cli, yes, () => `Remove the schedule ${cell(name)}?`);
      await cli.hub.ask('DELETE', await cli.tenantPath('schedules', name), nothing);
      cli.show({ removed: name }, () => `Removed ${cell(name)}.`);
      return undefined;
    },
  });
}
