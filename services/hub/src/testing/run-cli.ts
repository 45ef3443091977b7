import { EventEmitter } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { runCli } from '../cli/program.ts';

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliSurroundings {
  readonly env?: NodeJS.ProcessEnv;
  readonly stdin?: string;
  /** A person at a terminal: colours, bars and questions, answered by `stdin`. */
  readonly isTty?: boolean;
  /** The one stream that goes into a file or another command all the same. */
  readonly piped?: 'stdout' | 'stderr';
}

/** The command line in this process, with streams of its own. */
export async function runHere(args: readonly string[], surroundings: CliSurroundings = {}): Promise<CliRun> {
  const { env = {}, stdin = '', isTty = false, piped } = surroundings;
  const [stdout, stderr] = [sink(isTty && piped !== 'stdout'), sink(isTty && piped !== 'stderr')];
  const input = Object.assign(Readable.from([Buffer.from(stdin)]), { isTTY: isTty, fd: 0 });
  // biome-ignore lint/suspicious/noExplicitAny: streams that stand in for those of a process
  const io = { stdin: input as any, stdout: stdout.stream, stderr: stderr.stream, env };
  const code = await runCli(args, Object.assign(new EventEmitter(), io));
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function sink(isTty: boolean) {
  const chunks: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  // biome-ignore lint/suspicious/noExplicitAny: a stream that stands in for that of a process
  return { stream: Object.assign(stream, { isTTY: isTty, columns: 100 }) as any, text: () => chunks.join('') };
}
