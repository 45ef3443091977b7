import type { Command } from 'commander';
import { startedShape } from '../api/job-shape.ts';
import { addLeaf, type Home, type Leaf } from './leaf.ts';
import { watchJob } from './watch-job.ts';

export interface StartLeaf extends Pick<Leaf, 'usage' | 'summary' | 'examples'> {
  /** Below the tenant. */
  readonly path: readonly string[];
}

/** A command that starts one job of the tenant and follows it to its end. */
export function addStart(group: Command, home: Home, { path, ...leaf }: StartLeaf): void {
  addLeaf(group, home, {
    ...{ ...leaf, options: {} },
    async run(cli) {
      const { job, isNew } = await cli.hub.ask('POST', await cli.tenantPath(...path), startedShape, { body: {} });
      if (!isNew) cli.note('One is on its way already; this follows it.');
      return watchJob(cli, job.id);
    },
  });
}
