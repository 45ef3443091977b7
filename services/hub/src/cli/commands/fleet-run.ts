import type { Command } from 'commander';
import { z } from 'zod';
import { fleetAnswer } from '../../api/fleet-run.ts';
import type { Cli } from '../cli.ts';
import { fleetFlags, fleetOptions } from '../fleet-flags.ts';
import { jsonFlag } from '../json-flag.ts';
import { addLeaf, type Home } from '../leaf.ts';
import { watchJob } from '../watch-job.ts';

const whereFlags = [['--as <connector>', 'whose homes and limits'], ...fleetFlags] as const;
const whereOptions = { as: z.string().default('default'), ...fleetOptions };
const text = z.string().optional();

type Where = z.output<z.ZodObject<typeof whereOptions>>;

/** One tool at many homes, and a search over them. */
export function fleetRunCommands(group: Command, home: Home): void {
  addLeaf(group, home, {
    usage: 'run <tool>',
    summary:
      'one tool at all homes that fit, to its end; a write shows its plan first, and runs with it; exit code 1 unless all went well',
    examples: [
      'hub fleet run ha_get_overview --tag north --no-backup-for-days 7',
      'hub fleet run ha_call_service --as installer --args \'{"domain":"light","service":"turn_off"}\'',
      'hub fleet run ha_call_service --as installer --args \'{"domain":"light","service":"turn_off"}\' --plan 0197f0a0-…',
    ],
    flags: [
      ...whereFlags,
      ['--args <json>', 'of the tool, without home'],
      ['--exclude <slug...>', ''],
      ['--canary <count>', 'homes that go first; 1 unless told'],
      ['--soak-seconds <seconds>', 'between rings; 60 unless told'],
      ['--max-failures <count>', '2 unless told'],
      ['--max-failed-percent <percent>', 'of all homes; 10 unless told'],
      ['--plan <id>', 'the plan that the same command gave'],
    ],
    options: {
      ...whereOptions,
      args: z.string().default('{}'),
      exclude: z.array(z.string()).optional(),
      canary: text,
      soakSeconds: text,
      maxFailures: text,
      maxFailedPercent: text,
      plan: text,
    },
    async run(cli, options, [tool]) {
      const { exclude, canary, soakSeconds, maxFailures, maxFailedPercent, plan } = options;
      const limits = { soak_seconds: soakSeconds, max_failures: maxFailures, max_failed_percent: maxFailedPercent };
      const args = jsonFlag('--args', options.args);
      const body = { tool, args, where: whereOf(options), exclude, canary, ...limits, plan_id: plan };
      const path = await cli.tenantPath('connectors', options.as, 'fleet', 'run');
      const look = 'hub jobs list --kind fleet.run';
      return toItsEnd(cli, await cli.hub.ask('POST', path, fleetAnswer, { body, look }));
    },
  });

  addLeaf(group, home, {
    usage: 'search <words>',
    summary: 'homes by name or tag, and entities in homes',
    examples: ['hub fleet search boiler', 'hub fleet search boiler --full true --tag north'],
    flags: [...whereFlags, ['--full <bool>', 'true: also in homes that are not linked, as a job']],
    options: { ...whereOptions, full: z.enum(['true', 'false']).optional() },
    async run(cli, options, [query]) {
      const body = { query, where: whereOf(options), full: options.full === 'true' };
      const path = await cli.tenantPath('connectors', options.as, 'fleet', 'search');
      return toItsEnd(cli, await cli.hub.ask('POST', path, fleetAnswer, { body }), () => true);
    },
  });
}

type Answer = z.output<typeof fleetAnswer>;

/** What goes on as a job is watched; it goes on also when nobody does. Resolves with the exit code. */
async function toItsEnd(cli: Cli, answer: Answer, isWell = wentWell): Promise<number> {
  const { status, job_id: jobId } = answer;
  if (status === 'queued' || status === 'running') {
    return watchJob(cli, String(jobId), ({ state, result }) => state === 'done' && isWell(fleetAnswer.parse(result)));
  }
  cli.show(answer, () => JSON.stringify(answer, undefined, 2));
  return isWell(answer) ? 0 : 1;
}

const wentWell = ({ failed, unknown, stopped }: Answer) => !failed && !unknown && !stopped;

function whereOf({ home, tag, country, region, state, ...stands }: Where): Record<string, unknown> {
  const { coreOlderThan, noBackupForDays, hasUpdates, hasProblems } = stands;
  return {
    ...{ homes: home, tag, country, region, state, core_older_than: coreOlderThan },
    ...{ no_backup_for_days: noBackupForDays, has_updates: isTrue(hasUpdates), has_problems: isTrue(hasProblems) },
  };
}

const isTrue = (flag: 'true' | 'false' | undefined) => flag && flag === 'true';
