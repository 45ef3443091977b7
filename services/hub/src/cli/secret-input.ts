import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
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
  const secret = stdin.isTTY ? await askUnseen(io, prompt) : (await readAll(stdin)).trim();
  if (secret === '') throw new UsageError(`the ${name} is empty`);
  return secret;
}

async function askUnseen({ stdin, stderr }: Io, prompt: string): Promise<string> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: stdin, output: unseen, terminal: true });
  const giveUp = new AbortController();
  reader.once('SIGINT', () => giveUp.abort());
  stderr.write(`${prompt}: `);
  try {
    return (await reader.question('', { signal: giveUp.signal })).trim();
  } catch (cause) {
    if (!giveUp.signal.aborted) throw cause;
    throw new UsageError('nothing was entered');
  } finally {
    reader.close();
    stderr.write('\n');
  }
}
