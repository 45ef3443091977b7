import { counted } from '@hub/core/counted.ts';
import type { Command } from 'commander';
import { z } from 'zod';
import { recoveryShape } from '../../recovery/routes.ts';
import { UsageError } from '../failure.ts';
import { addLeaf, type Home } from '../leaf.ts';
import { cell } from '../table.ts';

type Recovery = z.infer<typeof recoveryShape>;

export function recoverCommand(program: Command, home: Home): void {
  addLeaf(program, home, {
    usage: 'recover',
    summary: 'after the database was restored: what came back, and serving again',
    examples: ['hub recover', 'hub recover --confirm', 'hub recover --begin'],
    flags: [
      ['--begin', 'say that the database was restored, where the hub did not notice: hubs end, and wait when started'],
      ['--confirm', 'end again what had been ended, end unfinished jobs, and serve'],
    ],
    options: { begin: z.boolean().optional(), confirm: z.boolean().optional() },
    isOfTenant: false,
    async run(cli, { begin, confirm }) {
      if (begin && confirm) throw new UsageError('--begin and --confirm: look at what came back in between');
      const [method, path] = begin
        ? ['POST', '/recovery/begin']
        : confirm
          ? ['POST', '/recovery/confirm']
          : ['GET', '/recovery'];
      const answer = await cli.hub.ask(method, path, recoveryShape);
      cli.show(answer, () => (confirm ? confirmed(answer) : report(answer)).join('\n'));
      return undefined;
    },
  });
}

function confirmed({ revived, unfinishedJobs }: Recovery): readonly string[] {
  return [
    `Ended again: ${counted(revived.length, 'credential')}, ${counted(unfinishedJobs.length, 'job')}. The hub serves.`,
  ];
}

function report(answer: Recovery): readonly string[] {
  const { isRecovering, reason, recoveredTo, revived, valid, unfinishedJobs, oldKeys } = answer;
  if (!isRecovering) return ['Nothing to confirm: the database went on, as far as this hub knows.'];
  const named = (list: Recovery['valid']) => list.map((one) => `  ${cell(`${one.tenant}/${one.connector}`)}`);
  return [
    reason ?? '',
    `It is as of ${recoveredTo}. What was made since is gone, what was removed since is back.`,
    `Ended since, valid again, ended by --confirm: ${revived.length}`,
    ...named(revived),
    `Valid, and nothing known against them: ${valid.length}. Revoke those that should not be, after --confirm.`,
    ...named(valid),
    `Jobs not finished then, ended by --confirm as they may have run since: ${unfinishedJobs.length}`,
    ...unfinishedJobs.map((job) => `  ${job.id} ${job.kind} (${job.state})`),
    ...oldKeys.map((key) =>
      key.isInRing
        ? `Tenant ${key.tenant} is sealed under the older key ${key.keyId} again: keep it in HUB_KEYS.`
        : `Tenant ${key.tenant} is sealed under key ${key.keyId}, which HUB_KEYS lacks: add it before --confirm.`,
    ),
    'Then: hub recover --confirm',
  ];
}
