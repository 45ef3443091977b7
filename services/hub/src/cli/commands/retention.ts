import type { Command } from 'commander';
import { addGroup, type Home } from '../leaf.ts';
import { addStart } from '../start-job.ts';

export function retentionCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'retention', 'what goes by age, number or size');

  addStart(group, home, {
    usage: 'apply',
    summary:
      'remove now what is kept no longer of audit rows and edits, as each hour does; exit code 1 unless it is done',
    examples: ['hub retention apply', 'hub retention apply --tenant fjord --json'],
    path: ['retention'],
  });
}
