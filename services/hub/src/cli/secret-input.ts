import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { UsageError } from './failure.ts';
import type { Io } from './io.ts';

/**
 * A token from where it leaves no trace: `-` reads it from a pipe or asks for it unseen; without an option the variable
 * HOME_ASSISTANT_TOKEN, else it is asked for. A value on the command line is taken with a warning. @throws UsageError
 */
export async function readToken(io: Io, option: string | undefined, prompt: string): Promise<string> {
  const { stdin, stderr, env } = io;
  if (option !== undefined && option !== '-') {
    stderr.write('Warning: a token on the command line stays in the history of your shell; use --token - instead.\n');
    return option;
  }
  const given = option === undefined ? env['HOME_ASSISTANT_TOKEN'] : undefined;
  if (given) return given;
  if (option === undefined && !stdin.isTTY) {
    throw new UsageError('a token is needed: --token - (from a pipe or asked for), or HOME_ASSISTANT_TOKEN');
  }
  const token = stdin.isTTY ? await askUnseen(io, prompt) : (await readAll(stdin)).trim();
  if (token === '') throw new UsageError('the token is empty');
  return token;
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
