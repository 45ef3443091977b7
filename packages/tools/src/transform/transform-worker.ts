import { parentPort } from 'node:worker_threads';
import { type Outcome, runProgram } from './run-program.ts';

export interface TransformRequest {
  readonly configText: string;
  readonly source: string;
}

/** `ready` once, when the program's time may begin to run; then one outcome for each request. */
export type TransformReply = 'ready' | Outcome;

const reply = (message: TransformReply) => parentPort?.postMessage(message);

parentPort?.on('message', ({ configText, source }: TransformRequest) => reply(runProgram(configText, source)));
reply('ready');
