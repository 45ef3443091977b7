import { text as readAll } from 'node:stream/consumers';
import { askPerson } from './ask-person.ts';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';

export interface SecretKind {
  /** What it is called; its flag bears the same name. */
  readonly name: string;
  /** The environment variable that may hold it. */
  readonly variable: string;
  readonly prompt: string;
}

/** As readSecret, for a home's token. @throws UsageError */
export function readToken(io: Io, option: string | undefined, prompt: string): Promise<string> {
  return readSecret(io, option, { name: 'token', variable: 'HOME_ASSISTANT_TOKEN', prompt });
}

/**
 * A secret from where it leaves no trace: `-` reads it from a pipe or asks for it unseen; without an option its variable,
 * else it is asked for. A value on the command line is taken with a warning. @throws UsageError
 */
export async function readSecret(
  io: Io,
  option: string | undefined,
  { name, variable, prompt }: SecretKind,
): Promise<string> {
  const { stdin, stderr, env } = io;
  if (option !== undefined && option !== '-') {
    stderr.write(
      `Warning: a ${name} on the command line stays in the history of your shell; use --${name} - instead.\n`,
    );
    return option;
  }
  const given = option === undefined ? env[variable] : undefined;
  if (given) return given;
  if (option === undefined && !stdin.isTTY) {
    throw new UsageError(`a ${name} is needed: --${name} - (from a pipe or asked for), or ${variable}`);
  }
  const secret = stdin.isTTY ? await askPerson(io, `${prompt}: `, { isUnseen: true }) : (await readAll(stdin)).trim();
  if (secret === undefined) throw new UsageError('nothing was entered');
  if (secret === '') throw new UsageError(`the ${name} is empty`);
  return secret;
}
