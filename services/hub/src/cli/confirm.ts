import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { askPerson } from './ask-person.ts';
import type { Cli } from './cli.ts';

export const yesFlag = ['--yes', 'do not ask; without a terminal nothing is asked anyway'] as const;
export const yesOption = { yes: z.boolean().default(false) };

/**
 * Asks the person at the terminal before something goes for good. Not after --yes, and not where nobody can answer: scripts go on.
 * `question` names what goes; undefined when nothing would. @throws Fault CANCELLED
 */
export async function confirm(
  { io }: Cli,
  isAgreed: boolean,
  question: () => Promise<string | undefined> | string,
): Promise<void> {
  if (isAgreed || !io.stdin.isTTY || !io.stderr.isTTY) return;
  const asked = await question();
  if (asked === undefined) return;
  const answer = await askPerson(io, `${asked} [y/N] `);
  if (!/^y(es)?$/i.test(answer ?? '')) throw new Fault('CANCELLED', 'Nothing was changed.');
}
