import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Fault } from '@hub/core/fault.ts';
import type { NamedCall } from './python-values.ts';

/** Messages between the hub and the process of one program. */
export interface Start {
  readonly code: string;
  readonly limits: { readonly maxDurationSecs: number; readonly maxMemory: number; readonly maxRecursionDepth: number };
}
export type Answer = { readonly value: unknown } | { readonly error: string };
export type FromProgram = ({ readonly kind: 'call' } & NamedCall) | { readonly kind: 'end'; readonly end: ProgramEnd };
export type ProgramEnd =
  | { readonly outcome: 'done'; readonly result: unknown }
  | { readonly outcome: 'unsupported' | 'raised' | 'limit'; readonly message: string };

export interface ProgramHost {
  /** Whose program it is: nobody may take all places. */
  readonly owner: string;
  readonly signal: AbortSignal;
  /** What a call of a tool inside the program gives; what it throws is a RuntimeError there. */
  call(tool: string, args: unknown): Promise<unknown>;
}

const DURATION_S = 30;
const LIMITS: Start['limits'] = { maxDurationSecs: DURATION_S, maxMemory: 10 * 1024 * 1024, maxRecursionDepth: 100 };
const MAX_CALLS = 100;
const MAX_RESULT_BYTES = 1024 * 1024;
/** Processes at once; a program is rare and short, and each takes 60 MB. */
const MAX_RUNNING = 4;
const MAX_OF_ONE = 2;
/** The second fence, kept by the kernel, for what the interpreter does not count. In kB; Node itself reserves some 500,000. */
const DATA_LIMIT_KB = 1_000_000;

/** Beside this file, with its ending: `.ts` in a checkout, `.js` after a build. */
const PROGRAM = fileURLToPath(new URL(`./program-process${extname(import.meta.url)}`, import.meta.url));
const SHELL = `ulimit -c 0; ulimit -d ${DATA_LIMIT_KB} 2>/dev/null; exec "$0" "$@"`;
/** A built hub finds its packages by a condition, which its children must know too. */
const CONDITIONS = process.execArgv.filter((flag) => flag.startsWith('--conditions='));

/** Owners of the programs that run now. */
const running: string[] = [];

/**
 * Runs a Python program in a process of its own, without our variables, at the lowest priority, and kills it when its time is over.
 * @returns what the program's last expression is, as JSON
 * @throws Fault SANDBOX_LIMIT_EXCEEDED | SANDBOX_SYNTAX_UNSUPPORTED | SANDBOX_RUNTIME_ERROR | RATE_LIMITED
 */
export async function runProgram(code: string, host: ProgramHost): Promise<unknown> {
  if (running.length >= MAX_RUNNING || running.filter((owner) => owner === host.owner).length >= MAX_OF_ONE)
    throw new Fault('RATE_LIMITED', 'Too many custom programs are running.', {
      suggestion: 'Try again in some seconds.',
    });
  running.push(host.owner);
  const child = spawn('/bin/sh', ['-c', SHELL, process.execPath, ...CONDITIONS, PROGRAM], {
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const kill = () => void child.kill('SIGKILL');
  host.signal.addEventListener('abort', kill, { once: true });
  if (host.signal.aborted) kill();
  // A second more than the interpreter's own clock, which native code may sleep through.
  const clock = setTimeout(kill, (DURATION_S + 1) * 1000);
  try {
    return resultOf(await converse(child, { code: withoutAwaits(code), limits: LIMITS }, host));
  } finally {
    clearTimeout(clock);
    host.signal.removeEventListener('abort', kill);
    kill();
    running.splice(running.indexOf(host.owner), 1);
  }
}

async function converse(child: ChildProcess, start: Start, host: ProgramHost): Promise<ProgramEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<ProgramEnd>();
  let calls = 0;
  child.on('message', (message: FromProgram) => {
    if (message.kind === 'end') return resolve(message.end);
    if (++calls > MAX_CALLS) return resolve({ outcome: 'limit', message: `more than ${MAX_CALLS} tool calls` });
    void answer(message, host).then((reply) => child.connected && child.send(reply, () => undefined));
  });
  child.on('error', reject);
  child.on('exit', () => resolve({ outcome: 'limit', message: 'the program was stopped: too much time or memory' }));
  await Promise.race([once(child, 'spawn'), promise]);
  if (child.pid !== undefined) lowerPriority(child.pid);
  child.send(start, () => undefined);
  return promise;
}

async function answer({ tool, args }: NamedCall, host: ProgramHost): Promise<Answer> {
  try {
    return { value: await host.call(tool, args) };
  } catch (error) {
    if (error instanceof Fault) return { error: `${error.code}: ${error.message}` };
    return { error: 'INTERNAL_ERROR: the tool failed unexpectedly' };
  }
}

/** Homes' calls go first; where the system refuses, the program runs as it is. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, 19);
  } catch {}
}

/** Tools answer at once in here, so an `await` before one, as other servers want it, says nothing. */
function withoutAwaits(code: string): string {
  return code.replace(/\bawait\s+(?=(?:call_tool|ha_\w+)\s*\()/g, '');
}

const CODES = {
  unsupported: 'SANDBOX_SYNTAX_UNSUPPORTED',
  raised: 'SANDBOX_RUNTIME_ERROR',
  limit: 'SANDBOX_LIMIT_EXCEEDED',
} as const;

const ADVICE = {
  unsupported:
    'Use functions, loops, comprehensions, try and f-strings; there are no classes, no del, no match and few modules (json, re, math).',
  raised: 'Read the message, mend the program and run it again; calls it made before have taken effect.',
  limit: `A program has ${DURATION_S} s, 10 MB and ${MAX_CALLS} tool calls. Calls it made before have taken effect.`,
} as const;

function resultOf(end: ProgramEnd): unknown {
  if (end.outcome !== 'done') {
    throw new Fault(CODES[end.outcome], `The program ended early: ${end.message.slice(0, 2_000)}`, {
      suggestion: ADVICE[end.outcome],
    });
  }
  if (Buffer.byteLength(JSON.stringify(end.result)) > MAX_RESULT_BYTES)
    throw new Fault('SANDBOX_LIMIT_EXCEEDED', 'The result of the program is larger than 1 MB.', {
      suggestion: 'Give back only what you need.',
    });
  return end.result;
}
