import type { JobRecord } from '@hub/db/job-record.ts';
import type { Queue } from '@hub/queue/queue.ts';
import type { FastifyReply } from 'fastify';
import type { JobAnswer } from './job-shape.ts';

/** A silent job gets a comment so often, so that no proxy gives the stream up. */
const KEEP_ALIVE_MS = 15_000;

export interface JobStream {
  readonly queue: Queue;
  readonly job: JobRecord;
  readonly reply: FastifyReply;
  /** The server stops. */
  readonly closing: AbortSignal;
  answer(job: JobRecord): JobAnswer;
}

/** Resolves when the job ended, the client hung up or the server stops; takes the reply over from Fastify. */
export async function streamJob({ queue, job, reply, closing, answer }: JobStream): Promise<void> {
  const response = reply.hijack().raw;
  const hangUp = new AbortController();
  response.once('close', () => hangUp.abort());
  const signal = AbortSignal.any([hangUp.signal, closing]);
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  });
  const send = (event: 'progress' | 'end', record: JobRecord) =>
    response.write(`event: ${event}\ndata: ${JSON.stringify(answer(record))}\n\n`);
  try {
    for (;;) {
      const now = await queue.follow(job.tenantId, job.id, KEEP_ALIVE_MS, {
        onProgress: (record) => send('progress', record),
        signal,
      });
      if (!now) break;
      if (now.finishedAt) {
        send('end', now);
        break;
      }
      response.write(': still running\n\n');
    }
  } catch (error) {
    // The stream has begun: all that can still be said is that it ends. The client asks again.
    if (!signal.aborted) reply.log.warn({ err: error }, 'a job could not be followed');
  } finally {
    response.end();
  }
}
