import type { Board } from './board.ts';
import { lines } from './panels.ts';
import { of, perSecond, quantile } from './promql.ts';

const each = (metric: string) => ({ expr: `max by (instance) (${of(metric)})`, legend: '{{instance}}' });
const cpu = (metric: string) => `sum by (instance) (rate(${of(metric)}[$__rate_interval]))`;

export const runtime: Board = {
  id: 'runtime',
  title: 'Runtime',
  about: 'The processes of the hub and what they lean on.',
  sections: [
    {
      title: 'Event loop',
      panels: [
        lines(
          {
            title: 'Delay of the event loop, p99',
            about: 'Above 100 ms every call of this process feels it.',
            unit: 's',
            steps: [
              { color: 'green', from: 0 },
              { color: 'red', from: 0.1 },
            ],
            runbook: 'event-loop-slow',
          },
          each('nodejs_eventloop_lag_p99_seconds'),
        ),
        lines(
          {
            title: 'Delay of the event loop, mean',
            about: 'Around 10 ms is the clock of the measurement itself.',
            unit: 's',
          },
          each('nodejs_eventloop_lag_mean_seconds'),
        ),
        lines(
          { title: 'Processor', about: 'Cores in use: user and system.', unit: 'short', runbook: 'event-loop-slow' },
          { expr: cpu('process_cpu_user_seconds_total'), legend: '{{instance}} user' },
          { expr: cpu('process_cpu_system_seconds_total'), legend: '{{instance}} system' },
        ),
        lines(
          { title: 'Garbage collection', about: 'Seconds per second, by kind.', unit: 'percentunit' },
          { expr: perSecond('nodejs_gc_duration_seconds_sum', 'instance, kind'), legend: '{{instance}} {{kind}}' },
        ),
      ],
    },
    {
      title: 'Memory',
      panels: [
        lines(
          { title: 'Heap in use', about: 'Of JavaScript.', unit: 'bytes', width: 8, runbook: 'memory-high' },
          each('nodejs_heap_size_used_bytes'),
        ),
        lines(
          {
            title: 'Memory of the process',
            about: 'As the system counts it.',
            unit: 'bytes',
            width: 8,
            steps: [
              { color: 'green', from: 0 },
              { color: 'red', from: 7e8 },
            ],
            runbook: 'memory-high',
          },
          each('process_resident_memory_bytes'),
        ),
        lines(
          { title: 'Outside the heap', about: 'Buffers.', unit: 'bytes', width: 8 },
          each('nodejs_external_memory_bytes'),
        ),
        lines(
          { title: 'Files and sockets open', about: 'With the limit of the process.', unit: 'short' },
          { ...each('process_open_fds'), legend: '{{instance}} open' },
          { ...each('process_max_fds'), legend: '{{instance}} limit' },
        ),
        lines(
          { title: 'Running since', about: 'Seconds; a fall to 0 is a restart.', unit: 's', runbook: 'hub-down' },
          { expr: `time() - max by (instance) (${of('process_start_time_seconds')})`, legend: '{{instance}}' },
        ),
      ],
    },
    {
      title: 'PostgreSQL',
      panels: [
        lines(
          {
            title: 'Statements, p95',
            about: 'Without the wait for a connection.',
            unit: 's',
            runbook: 'database-slow',
          },
          {
            expr: quantile(0.95, 'db_client_operation_duration_seconds', 'db_operation_name'),
            legend: '{{db_operation_name}}',
          },
        ),
        lines(
          { title: 'Statements', about: 'Per second; warm calls need none.', unit: 'ops' },
          {
            expr: perSecond('db_client_operation_duration_seconds_count', 'db_operation_name'),
            legend: '{{db_operation_name}}',
          },
        ),
        lines(
          { title: 'Connections', about: 'Of the pool of each process.', unit: 'short', runbook: 'database-slow' },
          {
            expr: `sum by (instance, db_client_connection_state) (${of('db_client_connection_count')})`,
            legend: '{{instance}} {{db_client_connection_state}}',
          },
        ),
        lines(
          {
            title: 'Waiting for a connection',
            about: 'Anything but 0 is felt.',
            unit: 'short',
            steps: [
              { color: 'green', from: 0 },
              { color: 'red', from: 1 },
            ],
            runbook: 'database-slow',
          },
          each('db_client_connection_pending_requests'),
        ),
      ],
    },
    {
      title: 'Redis',
      panels: [
        lines(
          {
            title: 'Redis answers',
            about:
              'Only where there is one. Without it calls go on, and jobs and changes are heard of up to a second later.',
            unit: 'short',
            runbook: 'redis-away',
          },
          each('hub_redis_up'),
        ),
        lines(
          {
            title: 'Redis, there and back, p95',
            about: 'Never waited for by a warm call.',
            unit: 's',
            runbook: 'redis-away',
          },
          { expr: quantile(0.95, 'hub_redis_ping_seconds', 'instance'), legend: '{{instance}}' },
        ),
      ],
    },
  ],
};
