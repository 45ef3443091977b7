import type { Board } from './board.ts';
import { figure, homeRows, lines } from './panels.ts';
import { howOften, of, perSecond, quantile } from './promql.ts';

export const jobs: Board = {
  id: 'jobs',
  title: 'Jobs',
  about:
    'Long work: what waits, how long it takes, what failed and what was taken over from a process that fell silent.',
  sections: [
    {
      title: 'Now',
      panels: [
        figure(
          { title: 'Queued', about: 'Jobs not yet claimed, the later ones too.', unit: 'short' },
          { expr: `max(${of('hub_queue_jobs', 'state="queued"')})` },
        ),
        figure(
          { title: 'Running', about: 'Jobs at work in any process.', unit: 'short' },
          { expr: `max(${of('hub_queue_jobs', 'state="running"')})` },
        ),
        figure(
          {
            title: 'Oldest due job',
            about: 'How long the oldest job waits that could begin; 30 s at most are promised.',
            unit: 's',
            steps: [
              { color: 'green', from: 0 },
              { color: 'yellow', from: 30 },
              { color: 'red', from: 120 },
            ],
            runbook: 'queue-stuck',
          },
          { expr: `max(${of('hub_queue_job_age_seconds')})` },
        ),
        figure(
          {
            title: 'Taken over',
            about: 'Jobs taken from processes that fell silent.',
            unit: 'short',
            steps: [
              { color: 'green', from: 0 },
              { color: 'yellow', from: 1 },
            ],
            runbook: 'job-takeovers',
          },
          { expr: `sum(increase(${of('hub_job_takeovers_total')}[$__range]))` },
        ),
      ],
    },
    {
      title: 'Over time',
      panels: [
        lines(
          { title: 'Jobs not at an end', about: 'Of the whole installation.', unit: 'short', runbook: 'queue-stuck' },
          { expr: `max by (state) (${of('hub_queue_jobs')})`, legend: '{{state}}' },
        ),
        lines(
          {
            title: 'Delay of the start',
            about: 'From due to claimed.',
            unit: 's',
            steps: [
              { color: 'green', from: 0 },
              { color: 'red', from: 30 },
            ],
            runbook: 'jobs-start-late',
          },
          { expr: quantile(0.5, 'hub_job_start_delay_seconds'), legend: 'p50' },
          { expr: quantile(0.99, 'hub_job_start_delay_seconds'), legend: 'p99' },
        ),
        lines(
          { title: 'Duration of attempts, p95', about: 'By kind of job; points are traces.', unit: 's' },
          { expr: quantile(0.95, 'hub_job_duration_seconds', 'job_kind'), legend: '{{job_kind}}', hasExemplars: true },
        ),
        lines(
          { title: 'Ends', about: 'What became of jobs.', unit: 'ops', runbook: 'jobs-failing' },
          { expr: perSecond('hub_jobs_finished_total', 'outcome'), legend: '{{outcome}}' },
        ),
        lines(
          {
            title: 'Failures by kind',
            about: 'In the shown time; unknown is a lost answer that nobody may repeat blindly.',
            unit: 'short',
            width: 24,
            runbook: 'jobs-failing',
          },
          {
            expr: howOften('hub_jobs_finished_total', 'job_kind, outcome', 'outcome=~"failed|unknown"'),
            legend: '{{job_kind}} {{outcome}}',
          },
        ),
      ],
    },
    {
      title: 'Jobs of homes',
      panels: [
        homeRows(
          {
            title: 'Failed and unknown',
            about: 'The latest ones, with the code of their error.',
            runbook: 'jobs-failing',
          },
          `select finished_at, tenant, home, kind, state, error_code, attempt, job_id from job_overview
where state in ('failed', 'unknown') order by finished_at desc limit 100`,
        ),
        homeRows(
          { title: 'Waiting and running', about: 'Longest due first.', runbook: 'queue-stuck' },
          `select run_at, tenant, home, kind, state, attempt, job_id from job_overview
where state in ('queued', 'running') order by run_at limit 100`,
        ),
      ],
    },
  ],
};
