import { type Command, Option } from 'commander';
import { z } from 'zod';
import { type Cli, commonOptions, openCli } from './cli.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';

/** One command, described and done. */
export interface Leaf<S extends z.ZodRawShape = z.ZodRawShape> {
  /** Its name and arguments, such as `add <url>`. */
  readonly usage: string;
  readonly summary: string;
  /** Whole command lines. */
  readonly examples: readonly string[];
  /** `--tag <tag...>` may be given several times. */
  readonly flags?: readonly (readonly [flags: string, what: string])[];
  /** What the flags mean, by their camel-case names. */
  readonly options: S;
  /** False for what needs no server, or spans tenants. */
  readonly isOfTenant?: boolean;
  /** Resolves with the exit code when it is not 0. @throws Fault | UsageError */
  run(cli: Cli, options: z.output<z.ZodObject<S>>, args: readonly string[]): Promise<number | undefined>;
}

export interface Home {
  readonly io: Io;
  /** Told the exit code of the command that ran. */
  readonly done: (code: number) => void;
}

/** A word that gathers commands; its help shows an example of each. */
export function addGroup(program: Command, name: string, summary: string): Command {
  return program.command(name).description(summary).addHelpText('after', '\nExamples:');
}

/** Adds a command with its common options, examples and checks. */
export function addLeaf<S extends z.ZodRawShape>(group: Command, home: Home, leaf: Leaf<S>): void {
  const command = group.command(leaf.usage).description(leaf.summary).allowExcessArguments(false);
  for (const [flags, what] of leaf.flags ?? []) command.addOption(optionOf(leaf, flags, what));
  if (leaf.isOfTenant ?? true) command.option('--tenant <tenant>', 'slug or id; not needed when there is only one');
  if (group.parent) group.addHelpText('after', `  ${leaf.examples[0] ?? ''}`);
  command
    .option('--json', 'print the answer as JSON')
    .option('--url <url>', 'where the hub is (HUB_URL; http://127.0.0.1:9583)')
    .option('--key-file <path>', 'file with the admin key (HUB_ADMIN_KEY; admin-key in DATA_DIR)')
    .addHelpText('after', `\nExamples:\n${leaf.examples.map((line) => `  ${line}`).join('\n')}\n`)
    .action(async () => {
      const given = command.opts();
      const cli = openCli(home.io, commonOptions.parse(given));
      home.done((await leaf.run(cli, parseOptions(leaf.options, given), command.args)) ?? 0);
    });
}

function optionOf({ usage, options }: Pick<Leaf, 'usage' | 'options'>, flags: string, what: string): Option {
  const isSeveral = flags.includes('...');
  const option = new Option(flags.replace('...', ''), isSeveral ? `${what} (repeatable)` : what);
  if (isSeveral) option.argParser(collect);
  // Commander takes `--no-backup-for-days 7` for the opposite of `--backup-for-days`, and its value for that one's.
  if (option.required) option.negate = false;
  if (!(option.attributeName() in options)) throw new Error(`${usage}: nothing reads ${flags}`);
  return option;
}

function parseOptions<S extends z.ZodRawShape>(shape: S, given: unknown): z.output<z.ZodObject<S>> {
  const parsed = z.object(shape).safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const flag = String(issue?.path[0] ?? '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(`--${flag}: ${issue?.message ?? 'is wrong'}`);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
