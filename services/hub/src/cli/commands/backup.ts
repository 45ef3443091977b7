import type { Command } from 'commander';
import { z } from 'zod';
import { jobShape } from '../../api/job-shape.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { watchJob } from '../watch-job.ts';

export function backupCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'backup', 'backups of homes');

  addLeaf(group, home, {
    usage: 'create <home>',
    summary: 'start a backup; with --watch follow it to its end',
    examples: ['hub backup create cabin --watch', 'hub backup create cabin --name "Before winter" --no-database'],
    flags: [
      ['--name <name>', 'made up when missing'],
      ['--no-database', 'without history and statistics'],
      ['--no-apps', 'without the apps of the home'],
      ['--watch', 'follow it to its end; exit code 1 unless it is done'],
    ],
    options: {
      name: z.string().optional(),
      database: z.boolean().default(true),
      apps: z.boolean().default(true),
      watch: z.boolean().default(false),
    },
    async run(cli, { name, database, apps, watch }, [ref = '']) {
      const tenant = await cli.tenantPath();
      const body = { name, includeDatabase: database, includeApps: apps };
      const path = `${tenant}/homes/${encodeURIComponent(ref)}/backups`;
      const shape = z.object({ job: jobShape, isNew: z.boolean() });
      const answer = await cli.hub.ask('POST', path, shape, { body });
      const { id } = answer.job;
      if (watch) return watchJob(cli, `${tenant}/jobs/${id}`);
      const said = answer.isNew ? 'Started' : 'One was already on its way';
      cli.show(answer, () => `${said}. Follow it: hub jobs watch ${id}`);
      return undefined;
    },
  });
}
