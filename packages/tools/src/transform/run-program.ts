import { builtins } from './builtins.ts';
import { execute } from './execute.ts';
import { fromJson, toJson } from './json-data.ts';
import { parse } from './parse.ts';
import { Overrun, Raised, Refusal } from './refusal.ts';
import type { Scope } from './scope.ts';

/** What a program came to, in a form that crosses to another thread. */
export type Outcome =
  | { readonly kind: 'done'; readonly configText: string }
  | { readonly kind: 'refused' | 'raised' | 'overrun'; readonly message: string };

/**
 * Interprets the allowed subset here, in plain TypeScript, and not in a native sandbox: a thread of JavaScript can be ended at any
 * moment, its heap is bounded, and no source can bring down the process. `@pydantic/monty` 0.0.18 was tried: it has no `del`, no
 * slice assignment, ends the process on a path of 50,000 subscripts, and took 1.5 GB under a limit of 128 MB.
 *
 * Runs Python source on `config`, given and returned as JSON text, in this thread and to its end. Expected failures are outcomes;
 * what is thrown is a bug. A loop without end is stopped by ending the thread.
 */
export function runProgram(configText: string, source: string): Outcome {
  try {
    const program = parse(source);
    const run = { spentBytes: 0, callDepth: 0 };
    const around: Scope = { run, names: new Map(builtins()), outer: undefined, isComprehension: false };
    const scope: Scope = {
      run,
      names: new Map([['config', fromJson(JSON.parse(configText))]]),
      outer: around,
      isComprehension: false,
    };
    execute(scope, program);
    const config = scope.names.get('config');
    if (config === undefined) return { kind: 'raised', message: "NameError: name 'config' is not defined" };
    return { kind: 'done', configText: JSON.stringify(toJson(config)) };
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): Outcome {
  if (error instanceof Refusal) return { kind: 'refused', message: error.message };
  if (error instanceof Raised) return { kind: 'raised', message: `${error.type}: ${error.message}` };
  if (error instanceof Overrun) return { kind: 'overrun', message: error.message };
  // The engine's own limits: call stack, length of a string or array, size of a map.
  if (error instanceof RangeError)
    return { kind: 'overrun', message: 'it is nested too deeply or makes a value that is too large' };
  throw error;
}
