import type { Command } from 'commander';
import { z } from 'zod';
import { jobShape } from '../../api/job-shape.ts';
import { jobFacts, jobTable } from '../job-view.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { pageFlags, pageOptions } from '../page-flags.ts';
import { watchJob } from '../watch-job.ts';

export function jobCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'jobs', 'work that takes longer');

  addLeaf(group, home, {
    usage: 'list',
    summary: 'newest first',
    examples: ['hub jobs list', 'hub jobs list --state running --state queued'],
    flags: [
      ['--home <home>', ''],
      ['--kind <kind>', 'such as backup.create'],
      ['--state <state...>', 'queued | running | done | failed | cancelled | unknown'],
      ...pageFlags,
    ],
    options: {
      home: z.string().optional(),
      kind: z.string().optional(),
      state: z.array(z.string()).optional(),
      ...pageOptions,
    },
    async run(cli, query) {
      const shape = z.object({ jobs: z.array(jobShape), next: z.string().optional() });
      const answer = await cli.hub.ask('GET', await cli.tenantPath('jobs'), shape, { query });
      cli.show(answer, () => jobTable(cli.paint, answer.jobs));
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'show <id>',
    summary: 'one job with its result',
    examples: ['hub jobs show 0197f0a0-…'],
    options: {},
    async run(cli, _options, [id]) {
      const job = await cli.hub.ask('GET', await cli.tenantPath('jobs', id), jobShape);
      cli.show(job, () => jobFacts(cli.paint, job));
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'watch <id>',
    summary: 'follow a job to its end; exit code 1 unless it is done; it goes on after Ctrl-C',
    examples: ['hub jobs watch 0197f0a0-…'],
    options: {},
    run: (cli, _options, [id = '']) => watchJob(cli, id),
  });

  addLeaf(group, home, {
    usage: 'cancel <id>',
    summary: 'end a waiting job now, or ask a running one to end',
    examples: ['hub jobs cancel 0197f0a0-…'],
    options: {},
    async run(cli, _options, [id]) {
      const job = await cli.hub.ask('POST', await cli.tenantPath('jobs', id, 'cancel'), jobShape);
      const isAsked = job.state === 'running';
      cli.show(job, () => (isAsked ? 'It was asked to end.' : `It is ${job.state}.`));
      return undefined;
    },
  });
}
