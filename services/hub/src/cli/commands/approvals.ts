import type { Command } from 'commander';
import { z } from 'zod';
import { approvalShape } from '../../api/approval-shape.ts';
import type { Cli } from '../cli.ts';
import { addGroup, addLeaf, type Home } from '../leaf.ts';
import { cell, facts } from '../table.ts';
import { moment } from '../when-text.ts';

export function approvalCommands(program: Command, home: Home): void {
  const group = addGroup(program, 'approvals', 'what connectors ask a person to allow once');

  addLeaf(group, home, {
    usage: 'list',
    summary: 'what waits, newest first',
    examples: ['hub approvals list', 'hub approvals list --all --json'],
    flags: [['--all', 'also what was decided, used or ran out']],
    options: { all: z.boolean().default(false) },
    async run(cli, { all }) {
      const shape = z.object({ approvals: z.array(approvalShape) });
      const answer = await cli.hub.ask('GET', await cli.tenantPath('approvals'), shape, {
        query: { all: String(all) },
      });
      const blocks = answer.approvals.map((one) =>
        facts(cli.paint, [
          ['Id', one.id],
          ['What', cell(one.title)],
          ['With', cell(one.reason)],
          ['Reaches', cell(one.reaches.join(', '))],
          ['Effect', one.effect],
          [
            'Asked',
            `${moment(one.createdAt)} by ${cell(one.connector ?? '')} for ${one.homes.join(', ') || 'no home'}`,
          ],
          ['State', one.state],
        ]),
      );
      const none = all ? 'Nothing was asked.' : 'Nothing waits.';
      cli.show(answer, () => (blocks.length === 0 ? none : blocks.join('\n\n')));
      return undefined;
    },
  });

  addLeaf(group, home, {
    usage: 'allow <id>',
    summary: 'lets this very call run once, within 15 minutes',
    examples: ['hub approvals allow 0197f0a0-…'],
    options: {},
    run: (cli, _options, [id]) => decide(cli, id, 'allowed'),
  });

  addLeaf(group, home, {
    usage: 'deny <id>',
    summary: 'refuses it',
    examples: ['hub approvals deny 0197f0a0-…'],
    options: {},
    run: (cli, _options, [id]) => decide(cli, id, 'denied'),
  });
}

async function decide(cli: Cli, id: string | undefined, decision: 'allowed' | 'denied'): Promise<undefined> {
  const path = await cli.tenantPath('approvals', id, 'decision');
  const answer = await cli.hub.ask('POST', path, approvalShape, { body: { decision } });
  const next = decision === 'allowed' ? 'It runs once when it is asked for again, within 15 minutes.' : '';
  cli.show(answer, () => `${cell(answer.title)}: ${decision}. ${next}`.trim());
}
