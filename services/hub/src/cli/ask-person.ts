import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Io } from './io.ts';

/** What a person types at the terminal, unseen if it is a secret; undefined when they give up (Ctrl-C, Ctrl-D). */
export async function askPerson(
  { stdin, stderr }: Io,
  prompt: string,
  { isUnseen = false } = {},
): Promise<string | undefined> {
  const output = isUnseen ? new Writable({ write: (_chunk, _encoding, done) => done() }) : stderr;
  const reader = createInterface({ input: stdin, output, terminal: true });
  const giveUp = new AbortController();
  reader.once('SIGINT', () => giveUp.abort());
  reader.once('close', () => giveUp.abort());
  if (isUnseen) stderr.write(prompt);
  try {
    return (await reader.question(isUnseen ? '' : prompt, { signal: giveUp.signal })).trim();
  } catch (cause) {
    if (giveUp.signal.aborted) return undefined;
    throw cause;
  } finally {
    reader.close();
    if (isUnseen) stderr.write('\n');
  }
}
