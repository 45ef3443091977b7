import type { JobAnswer } from '../api/job-shape.ts';
import type { Paint } from './io.ts';
import { cell, facts, table } from './table.ts';
import { moment, momentToCome } from './when-text.ts';

const COLOURS = {
  queued: 'dim',
  running: 'cyan',
  done: 'green',
  failed: 'red',
  cancelled: 'dim',
  unknown: 'yellow',
} as const;

export function jobTable(paint: Paint, jobs: readonly JobAnswer[]): string {
  if (jobs.length === 0) return 'No jobs.';
  const heads = ['STARTED', 'KIND', 'HOME', 'STATE', 'PROGRESS', 'ID'];
  return table(
    paint,
    heads,
    jobs.map((job) => [
      moment(job.startedAt ?? job.createdAt),
      job.kind,
      job.home,
      paint(COLOURS[job.state], job.state),
      cell(job.finishedAt === undefined ? progressText(job) : job.error?.message),
      job.id,
    ]),
  );
}

export function jobFacts(paint: Paint, job: JobAnswer): string {
  const { error, result, finishedAt } = job;
  const advice = error?.suggestions.map((line) => `  → ${cell(line)}`) ?? [];
  const end = [
    ...(error ? ['', ...(finishedAt === undefined ? [] : [paint('red', cell(error.message) ?? '')]), ...advice] : []),
    ...(result === undefined ? [] : ['', JSON.stringify(result, undefined, 2)]),
  ];
  const about = facts(paint, [
    ['Job', job.id],
    ['Kind', job.kind],
    ['Home', job.home ?? job.homeId],
    ['State', paint(COLOURS[job.state], job.state)],
    ['Progress', job.finishedAt === undefined ? cell(progressText(job)) : undefined],
    ['By', job.actor.kind],
    ['Attempt', job.attempt],
    ['Created', moment(job.createdAt)],
    ['Begins', job.beginsAt && momentToCome(job.beginsAt)],
    ['Started', moment(job.startedAt)],
    ['Finished', moment(job.finishedAt)],
  ]);
  return [about, ...end].join('\n');
}

/** `40 % uploading`; without a known total just what it does. */
export function progressText(job: JobAnswer): string {
  const { done, total } = job.progress ?? {};
  return total ? `${Math.round((100 * (done ?? 0)) / total)} % ${stageText(job)}` : stageText(job);
}

/** What it does, or when it begins; of one that is tried again, after what. */
export function stageText({ state, progress, error, beginsAt }: JobAnswer): string {
  if (beginsAt !== undefined) return `begins ${momentToCome(beginsAt)}`;
  const stage = progress?.message ?? state;
  return error ? `${stage}; it is tried again after: ${error.message}` : stage;
}
