import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import { type JobAnswer, jobShape } from '../api/job-shape.ts';
import type { Cli } from './cli.ts';
import { jobFacts, progressText, stageText } from './job-view.ts';
import { cell } from './table.ts';

/** How often a stream that tells nothing is taken up again before it counts as lost. */
const RETRIES = 5;
/** A hub that is about to stop ends each stream at once. */
const AGAIN_MS = 1_000;
/** What shells say of a command that Ctrl-C ended. */
const INTERRUPTED = 130;

/**
 * Shows a job until it ends: a bar on a terminal, else a line for each change (to stderr, so that --json stays clean).
 * Resolves with the exit code: 0 when it is well, 130 after Ctrl-C, which ends the watch and not the job.
 * @throws Fault CONNECTION_FAILED when no hub answers, or streams end without a word of the job
 */
export async function watchJob(
  cli: Cli,
  jobId: string,
  isWell = ({ state }: JobAnswer) => state === 'done',
): Promise<number> {
  const view = cli.io.stderr.isTTY ? barView(cli) : lineView(cli);
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort();
  cli.io.once('SIGINT', onInterrupt);
  try {
    const job = await followToEnd(cli, jobId, view.update, interrupt.signal).finally(view.close);
    cli.show(job, () => jobFacts(cli.paint, job));
    return isWell(job) ? 0 : 1;
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    cli.note(`The job goes on. ${howToFollow(jobId)}`);
    return INTERRUPTED;
  } finally {
    cli.io.off('SIGINT', onInterrupt);
  }
}

/** Of a job that goes on without whoever started it. */
export function howToFollow(jobId: string): string {
  return `Follow it: hub jobs watch ${jobId}; call it off: hub jobs cancel ${jobId}`;
}

async function followToEnd(
  cli: Cli,
  jobId: string,
  update: (job: JobAnswer) => void,
  signal: AbortSignal,
): Promise<JobAnswer> {
  const path = await cli.tenantPath('jobs', jobId);
  const seen: { job?: JobAnswer } = {};
  for (let silent = 0; silent < RETRIES; silent += 1) {
    if (seen.job) await delay(AGAIN_MS, undefined, { signal });
    const end = await readStream(cli, path, signal, (job) => {
      seen.job = job;
      // Proxies cut streams now and then: as long as the hub tells of the job, it is followed.
      silent = 0;
      update(job);
    }).catch((error: unknown) => Promise.reject(seen.job ? amidJob(error, seen.job) : error));
    if (end) return end;
  }
  throw new Fault('CONNECTION_FAILED', 'The hub ended the stream before the job ended.', {
    suggestion: 'The job goes on without it: hub jobs list',
  });
}

/** The job as it ended; undefined when the stream ended before it. */
async function readStream(
  cli: Cli,
  path: string,
  signal: AbortSignal,
  onProgress: (job: JobAnswer) => void,
): Promise<JobAnswer | undefined> {
  try {
    for await (const { event, data } of cli.hub.events(`${path}/events`, signal)) {
      const job = jobShape.parse(JSON.parse(data));
      if (event === 'end') return job;
      onProgress(job);
    }
  } catch (error) {
    // A cut stream is a TypeError of fetch; what the hub refuses is a Fault and final.
    if (!(error instanceof TypeError)) throw error;
  }
  return undefined;
}

/** A hub that ended takes its jobs up when it is started again; who starts one anew would have it twice. */
function amidJob(error: unknown, { id }: JobAnswer): unknown {
  if (!(error instanceof Fault) || error.code !== 'CONNECTION_FAILED') return error;
  const goesOn = `The job goes on when it runs again; follow it then: hub jobs watch ${id}`;
  return new Fault(error.code, error.message, { suggestion: [...error.suggestions, goesOn], cause: error });
}

interface View {
  update(job: JobAnswer): void;
  close(): void;
}

function lineView({ note }: Cli): View {
  let last = '';
  return {
    update(job) {
      const text = cell(progressText(job)) ?? '';
      if (text !== last) note(text);
      last = text;
    },
    close: () => undefined,
  };
}

const BAR_WIDTH = 30;

function barView({ io, paint }: Cli): View {
  const clear = '\r\x1b[K';
  return {
    update(job) {
      const { done = 0, total } = job.progress ?? {};
      const share = total ? Math.min(1, done / total) : 0;
      const full = Math.round(share * BAR_WIDTH);
      const bar = paint('cyan', '█'.repeat(full)) + paint('dim', '░'.repeat(BAR_WIDTH - full));
      // One line, so that the next one can take its place.
      const room = Math.max(10, (io.stderr.columns || 80) - BAR_WIDTH - 8);
      const text = (cell(stageText(job)) ?? '').slice(0, room);
      io.stderr.write(`${clear}${bar} ${String(Math.round(share * 100)).padStart(3)} % ${text}`);
    },
    close: () => void io.stderr.write(clear),
  };
}
