import { Fault } from '@hub/core/fault.ts';
import { Command, CommanderError } from 'commander';
import { VERSION } from '../version.ts';
import { approvalCommands } from './commands/approvals.ts';
import { auditCommands } from './commands/audit.ts';
import { backupCommands } from './commands/backups.ts';
import { connectorCommands } from './commands/connectors.ts';
import { databaseCommands } from './commands/database.ts';
import { doctorCommand } from './commands/doctor.ts';
import { editCommands } from './commands/edits.ts';
import { fleetCommands } from './commands/fleet.ts';
import { homeCommands } from './commands/homes.ts';
import { jobCommands } from './commands/jobs.ts';
import { keyCommands } from './commands/keys.ts';
import { memberCommands } from './commands/members.ts';
import { notifyCommands } from './commands/notify.ts';
import { recoverCommand } from './commands/recover.ts';
import { reportCommand } from './commands/report.ts';
import { retentionCommands } from './commands/retention.ts';
import { scheduleCommands } from './commands/schedules.ts';
import { tenantFileCommands } from './commands/tenant-file.ts';
import { tenantCommands } from './commands/tenants.ts';
import { windowCommands } from './commands/windows.ts';
import { UsageError } from './failure.ts';
import { type Io, painter } from './io.ts';
import type { Home } from './leaf.ts';

const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Runs one command line and resolves with its exit code: 0 done, 1 failed, 2 typed wrongly. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  let code: number = EXIT.done;
  const program = buildProgram({
    io,
    done(given) {
      code = given;
    },
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, io);
  }
}

function buildProgram(home: Home): Command {
  const { stdout, stderr } = home.io;
  const program = new Command('hub')
    .description('Manages ha-mcp-hub: homes, the connectors that reach them, and what happened.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(add --help for what it takes)')
    .configureOutput({ writeOut: (text) => void stdout.write(text), writeErr: (text) => void stderr.write(text) })
    .addHelpText('after', `\nExamples:\n${EXAMPLES.map((line) => `  ${line}`).join('\n')}\n`);
  homeCommands(program, home);
  connectorCommands(program, home);
  doctorCommand(program, home);
  editCommands(program, home);
  approvalCommands(program, home);
  auditCommands(program, home);
  fleetCommands(program, home);
  jobCommands(program, home);
  notifyCommands(program, home);
  scheduleCommands(program, home);
  windowCommands(program, home);
  reportCommand(program, home);
  retentionCommands(program, home);
  backupCommands(program, home);
  databaseCommands(program, home);
  recoverCommand(program, home);
  tenantCommands(program, home);
  tenantFileCommands(program, home);
  memberCommands(program, home);
  keyCommands(program, home);
  return program;
}

const EXAMPLES = [
  'hub homes add http://homeassistant.local:8123 --token -',
  'hub connectors create anna --ceiling control --home cabin',
  'hub doctor',
];

/** Says what went wrong and what to do; bugs keep their stack. @throws whatever is no expected failure */
function explain(error: unknown, io: Io): number {
  const paint = painter(io, io.stderr);
  const say = (message: string, advice: readonly string[]) =>
    void io.stderr.write(`${paint('red', 'hub:')} ${message}\n${advice.map((line) => `  → ${line}\n`).join('')}`);
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof UsageError) {
    say(error.message, ['add --help for what it takes']);
    return EXIT.usage;
  }
  if (!(error instanceof Fault)) throw error;
  say(error.message, error.suggestions);
  return EXIT.failed;
}
