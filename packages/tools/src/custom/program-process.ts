import {
  Monty,
  MontyComplete,
  MontyNameLookup,
  MontyRuntimeError,
  type MontySnapshot,
  MontySyntaxError,
} from '@pydantic/monty';
import { namedCall, toJson } from './python-values.ts';
import type { Answer, FromProgram, ProgramEnd, Start } from './sandbox.ts';

/**
 * Runs one program and ends. A process and not a thread: native code can neither be stopped inside a thread nor kept from
 * ending everything around it (measured with Monty 0.0.18: 50,000 subscripts end the process, a loop over large integers
 * goes on past its time limit).
 */
process.once('message', (start) => {
  void runProgram(start as Start).then((end) => send({ kind: 'end', end }, () => process.exit(0)));
});
// The hub went away: nobody waits for this any more.
process.once('disconnect', () => process.exit(0));

function send(message: FromProgram, done?: () => void): void {
  process.send?.(message, undefined, undefined, done);
}

async function runProgram({ code, limits }: Start): Promise<ProgramEnd> {
  try {
    let step = new Monty(code).start({ limits });
    while (!(step instanceof MontyComplete)) {
      step = step instanceof MontyNameLookup ? lookUp(step) : await callTool(step);
    }
    return { outcome: 'done', result: toJson(step.output) };
  } catch (error) {
    return endOf(error);
  }
}

/** Tools are there by name; everything else is a NameError. */
function lookUp(lookup: MontyNameLookup) {
  const { variableName: name } = lookup;
  const isTool = name === 'call_tool' || name.startsWith('ha_');
  return lookup.resume(isTool ? { value: Object.defineProperty(() => undefined, 'name', { value: name }) } : undefined);
}

async function callTool(snapshot: MontySnapshot) {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  process.once('message', (answer) => resolve(answer as Answer));
  send({ kind: 'call', ...namedCall(snapshot.functionName, snapshot.args, snapshot.kwargs) });
  const answer = await promise;
  return snapshot.resume(
    'error' in answer ? { exception: { type: 'RuntimeError', message: answer.error } } : { returnValue: answer.value },
  );
}

const LIMIT = /^(TimeoutError: time limit|MemoryError|RecursionError)/;

function endOf(error: unknown): ProgramEnd {
  if (error instanceof MontySyntaxError) return { outcome: 'unsupported', message: error.message };
  if (!(error instanceof MontyRuntimeError)) return { outcome: 'raised', message: String(error) };
  const message = error.display('type-msg');
  if (message.startsWith('NotImplementedError')) return { outcome: 'unsupported', message };
  return { outcome: LIMIT.test(message) ? 'limit' : 'raised', message };
}
