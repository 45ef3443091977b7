import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs a program on this terminal, and ends it when we are told to end. @returns its exit code, 1 when a signal ended it */
export async function runHere(root: string, [program = '', ...args]: readonly string[]): Promise<number> {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, forward);
  const [code] = await once(child, 'close');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, forward);
  return code ?? 1;
}

/** One check, with its name and time around what it prints. */
export async function runStep(root: string, name: string, command: readonly string[]): Promise<boolean> {
  const startedAt = Date.now();
  console.log(`\n── ${name}`);
  const code = await runHere(root, command);
  console.log(`── ${name}: ${code === 0 ? 'ok' : 'FAILED'} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return code === 0;
}
