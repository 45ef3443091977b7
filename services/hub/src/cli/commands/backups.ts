import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fault } from '@hub/core/fault.ts';
import type { Command } from 'commander';
import { z } from 'zod';
import { backupShape, rulesShape } from '../../api/backup-shape.ts';
import { startedShape } from '../../api/job-shape.ts';
import { atFlag, atOption, beginning } from '../at-flag.ts';
import type { Cli } from '../cli.ts';
import { confirm, yesFlag, yesOption } from '../confirm.ts';
import { UsageError } from '../failure.ts';
import { nothing } from '../hub-client.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { cell, table } from '../table.ts';
import { howToFollow, watchJob } from '../watch-job.ts';
import { moment } from '../when-text.ts';

const listShape = z.object({
  place: z.string().optional(),
  rules: rulesShape.optional(),
  backups: z.array(backupShape),
});

const watchFlag = ['--watch', 'follow it to its end; exit code 1 unless it is done; it goes on after Ctrl-C'] as const;
const followOptions = { ...atOption, watch: z.boolean().default(false) };
type Follow = z.output<z.ZodObject<typeof followOptions>>;

const count = z.coerce.number({ error: 'is a whole number' }).int().min(0).optional();

export function backupCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'backups', "backups of homes, and the hub's own store of them").alias('backup');

  addLeaf(group, home, {
    usage: 'list <home>',
    summary: "those in the hub's own store, newest first",
    examples: ['hub backups list cabin'],
    options: {},
    async run(cli, _options, [ref]) {
      const answer = await cli.hub.ask('GET', await cli.tenantPath('homes', ref, 'backups'), listShape);
      cli.show(answer, () => listText(cli, answer));
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'create <home>',
    summary: 'start a backup; with --watch follow it to its end',
    examples: [
      'hub backups create cabin --watch',
      'hub backups create cabin --name "Before winter" --no-database',
      'hub backups create cabin --at 02:30',
    ],
    flags: [
      ['--name <name>', 'made up when missing'],
      ['--no-database', 'without history and statistics'],
      ['--no-apps', 'without the apps of the home'],
      atFlag,
      watchFlag,
    ],
    options: {
      name: z.string().optional(),
      database: z.boolean().default(true),
      apps: z.boolean().default(true),
      ...followOptions,
    },
    async run(cli, { name, database, apps, ...how }, [ref]) {
      const body = { name, includeDatabase: database, includeApps: apps };
      return start(cli, ref, ['backups'], body, how);
    },
  });

  addLeaf(group, home, {
    usage: 'verify <home> [backup]',
    summary: 'read every byte of a stored backup again (the newest unless named) and compare it; touches no home',
    examples: ['hub backups verify cabin --watch'],
    flags: [atFlag, watchFlag],
    options: followOptions,
    run: (cli, how, [ref, backup]) => check(cli, ref, backup, false, how),
  });

  addLeaf(group, home, {
    usage: 'drill <home> [backup]',
    summary: 'a restore without a home: fetch, decrypt and unpack a stored backup, and tell what that proved',
    examples: ['hub backups drill cabin --watch'],
    flags: [atFlag, watchFlag],
    options: followOptions,
    run: (cli, how, [ref, backup]) => check(cli, ref, backup, true, how),
  });

  addLeaf(group, home, {
    usage: 'restore <home> <backup>',
    summary: 'put the home back to a stored backup; what was changed since is lost',
    examples: ['hub backups restore cabin 0197f0a0-… --yes --watch'],
    flags: [
      ['--yes', 'do it; without it nothing is done'],
      ['--database', 'history and statistics too'],
      atFlag,
      watchFlag,
    ],
    options: {
      yes: z.boolean().default(false),
      database: z.boolean().default(false),
      ...followOptions,
    },
    async run(cli, { yes, database, ...how }, [ref, backup]) {
      const found = await storedBackup(cli, ref, backup);
      if (!yes) {
        throw new UsageError(
          `everything changed at the home since ${moment(found.madeAt)} would be lost, and it restarts: add --yes`,
        );
      }
      const body = { confirm: true, restoreDatabase: database };
      return start(cli, ref, ['backups', found.id, 'restore'], body, how);
    },
  });

  addLeaf(group, home, {
    usage: 'keep <home>',
    summary: 'how many of its backups stay in the store; applied after the next one',
    examples: ['hub backups keep cabin --last 3 --daily 7 --weekly 4'],
    flags: [
      ['--last <count>', 'the newest so many'],
      ['--daily <count>', 'the newest of each of so many days'],
      ['--weekly <count>', 'the newest of each of so many weeks'],
    ],
    options: { last: count, daily: count, weekly: count },
    async run(cli, rules, [ref]) {
      const path = await cli.tenantPath('homes', ref, 'backups', 'rules');
      const now = await cli.hub.ask('PATCH', path, rulesShape, { body: rules });
      cli.show(now, () => rulesText(now));
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'remove <home> <backup>',
    summary: "remove a backup from the hub's own store for good; one that is still at its home stays there",
    examples: ['hub backups remove cabin 0197f0a0-…', 'hub backups remove cabin 0197f0a0-… --yes'],
    flags: [yesFlag],
    options: yesOption,
    async run(cli, { yes }, [ref, backup]) {
      const { id, name, madeAt } = await storedBackup(cli, ref, backup);
      await confirm(cli, yes, () => `Remove ${cell(name)} of ${moment(madeAt)} from the store for good?`);
      await cli.hub.ask('DELETE', await cli.tenantPath('homes', ref, 'backups', id), nothing);
      cli.show({ removed: id }, () => `Removed ${id}.`);
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'kit <home>',
    summary: 'the emergency kit: a program with the keys in it that opens the backups without a hub',
    examples: ['hub backups kit cabin --to cabin-kit.mjs', 'hub backups kit cabin --print'],
    flags: [
      ['--to <file>', 'written for its owner alone, and never over a file; HOME-backup-kit.mjs unless told'],
      ['--print', 'to the terminal instead'],
    ],
    options: { to: z.string().optional(), print: z.boolean().default(false) },
    async run(cli, { to, print }, [ref = '']) {
      const path = await cli.tenantPath('homes', ref, 'backups', 'kit');
      const answer = await cli.hub.ask('POST', path, z.object({ kit: z.string() }));
      cli.note('Whoever has this can read every backup of the home. Keep it off line, and apart from the backups.');
      if (print) {
        cli.show(answer, () => answer.kit);
        return undefined;
      }
      const file = to ?? `${ref}-backup-kit.mjs`;
      await writeNew(resolve(file), answer.kit);
      cli.show({ file }, () => `Wrote ${file}. It is used so: node ${file} SEALED-FILE backup.tar`);
      return undefined;
    },
  });
}

async function check(
  cli: Cli,
  ref: string | undefined,
  backup: string | undefined,
  isDeep: boolean,
  how: Follow,
): Promise<number | undefined> {
  const { id } = await storedBackup(cli, ref, backup);
  return start(cli, ref, ['backups', id, 'check'], { isDeep }, how);
}

/** Starts the job that a path of a home stands for, now or later. */
async function start(
  cli: Cli,
  ref: string | undefined,
  parts: readonly string[],
  body: object,
  { at, watch }: Follow,
): Promise<number | undefined> {
  const later = at === undefined ? undefined : await beginning(cli, ref, at);
  const path = await cli.tenantPath('homes', ref, ...parts);
  const asked = { body: { ...body, notBefore: later?.notBefore } };
  const answer = await cli.hub.ask('POST', path, startedShape, asked);
  const { id, beginsAt } = answer.job;
  const begins = beginsAt === undefined ? undefined : later?.text;
  const said = `${beginningText(answer.isNew, begins)}. ${howToFollow(id)}`;
  if (watch) {
    cli.note(said);
    return watchJob(cli, id);
  }
  cli.show(answer, () => said);
  return undefined;
}

function beginningText(isNew: boolean, begins: string | undefined): string {
  if (begins !== undefined) return `${isNew ? 'It begins' : 'One is already to begin'} ${begins}`;
  return isNew ? 'Started' : 'One was already on its way';
}

/** The one whose id begins so, or the newest. @throws Fault RESOURCE_NOT_FOUND */
async function storedBackup(cli: Cli, ref: string | undefined, given: string | undefined) {
  const { backups } = await cli.hub.ask('GET', await cli.tenantPath('homes', ref, 'backups'), listShape);
  const fitting = backups.filter(({ id, state }) =>
    given === undefined ? state === 'stored' : given !== '' && id.startsWith(given),
  );
  const [found] = fitting;
  if (found && (given === undefined || fitting.length === 1)) return found;
  const what = given === undefined ? 'no stored backup' : `not one single backup '${given}'`;
  throw new Fault('RESOURCE_NOT_FOUND', `This home has ${what}.`, {
    suggestion: `List them: hub backups list ${ref ?? 'HOME'}`,
  });
}

function listText(cli: Cli, { place, rules, backups }: z.output<typeof listShape>): string {
  const rows = backups.map((one) => [
    moment(one.madeAt),
    cell(one.name),
    one.haVersion,
    one.sizeBytes === undefined ? undefined : `${(one.sizeBytes / 1024 / 1024).toFixed(1)} MB`,
    one.state === 'stored' ? one.state : cli.paint(one.state === 'broken' ? 'red' : 'yellow', one.state),
    moment(one.checkedAt),
    one.id,
  ]);
  const heads = ['MADE', 'NAME', 'VERSION', 'SIZE', 'STATE', 'CHECKED', 'ID'];
  const where =
    place === undefined
      ? 'This hub has no store for backups (BACKUP_STORE): one that is made stays at its home.'
      : `Store: ${cell(place)}`;
  return [
    rows.length === 0 ? 'No stored backups.' : table(cli.paint, heads, rows),
    '',
    where,
    ...(rules ? [rulesText(rules)] : []),
  ].join('\n');
}

function rulesText({ last, daily, weekly }: z.output<typeof rulesShape>): string {
  return `Kept: the last ${last}, the newest of ${daily} days and of ${weekly} weeks.`;
}

/** @throws UsageError when it is there already or cannot be written */
async function writeNew(path: string, text: string): Promise<void> {
  try {
    await using file = await open(path, 'wx', 0o600);
    await file.writeFile(text);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'error';
    throw new UsageError(code === 'EEXIST' ? `${path} is there already` : `${path} cannot be written (${code})`);
  }
}
