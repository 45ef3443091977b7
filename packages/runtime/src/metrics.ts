import { collectDefaultMetrics, type OpenMetricsContentType, Registry } from 'prom-client';
import { closedCounter, closedGauge, closedHistogram } from './closed-labels.ts';

/** The boundaries of the OpenTelemetry MCP convention, so that public dashboards fit. */
const MCP_BUCKETS_S = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];
const OVERHEAD_BUCKETS_S = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];
const DB_BUCKETS_S = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];
const REDIS_BUCKETS_S = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2];
const JOB_DELAY_BUCKETS_S = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3_600];
const JOB_BUCKETS_S = [0.5, 1, 5, 15, 60, 300, 900, 1_800, 3_600, 7_200];
const TOOLS_LIST_BUCKETS_BYTES = [1e3, 4e3, 16e3, 64e3, 256e3, 1e6];

const MCP_METHODS = new Set([
  'initialize',
  'server/discover',
  'ping',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'subscriptions/listen',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'tasks/get',
  'tasks/list',
  'tasks/update',
  'tasks/result',
  'tasks/cancel',
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
]);

/** `error_type` of a tool's call. */
const ERROR_TYPES = new Set(['tool_error', 'timeout', 'home_unreachable', 'cancelled', 'internal']);

const PROTOCOL_VERSIONS = new Set(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']);

export interface MetricsSettings {
  readonly version: string;
  readonly service: 'hub' | 'worker';
  /** Names that may stand in `gen_ai_tool_name`; pass none to drop the label's detail. */
  readonly toolNames?: ReadonlySet<string>;
  readonly jobKinds?: ReadonlySet<string>;
}

export type Metrics = ReturnType<typeof createMetrics>;

/**
 * Every metric of the product, in a registry of its own. Labels are closed sets: no tenant, home, person or text from outside ever
 * becomes one. Names and boundaries follow the OpenTelemetry MCP and database conventions; what is ours starts with `hub_`.
 */
export function createMetrics({ version, service, toolNames = new Set(), jobKinds = new Set() }: MetricsSettings) {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  collectDefaultMetrics({ register: registry });
  const scrapeHooks: (() => void | Promise<void>)[] = [];

  closedGauge(registry, {
    name: 'hub_build_info',
    help: 'Always 1; the labels say what runs.',
    labels: { version: new Set([version]), service: ['hub', 'worker'] },
  }).set({ version, service }, 1);

  return {
    operationDuration: closedHistogram(registry, {
      name: 'mcp_server_operation_duration_seconds',
      help: 'MCP requests and notifications as the server saw them, from received to answered.',
      buckets: MCP_BUCKETS_S,
      labels: {
        mcp_method_name: MCP_METHODS,
        gen_ai_tool_name: toolNames,
        error_type: ERROR_TYPES,
        network_transport: ['tcp', 'pipe'],
      },
    }),
    calls: closedCounter(registry, {
      name: 'hub_calls_total',
      help: 'Calls of tools, by whose fault a failure was; a request that found no database counts too.',
      labels: { result: ['ok', 'caller_fault', 'home_fault', 'hub_fault'] },
    }),
    requestsByProtocol: closedCounter(registry, {
      name: 'hub_mcp_requests_total',
      help: 'MCP requests by protocol version; kept out of the histogram, which it would multiply.',
      labels: { mcp_protocol_version: PROTOCOL_VERSIONS },
    }),
    overhead: closedHistogram(registry, {
      name: 'hub_overhead_seconds',
      help: 'What the hub itself added to an MCP request: its duration minus the wait for the home or for a job.',
      buckets: OVERHEAD_BUCKETS_S,
      labels: { mcp_method_name: MCP_METHODS },
    }),
    homeCallDuration: closedHistogram(registry, {
      name: 'hub_home_call_duration_seconds',
      help: 'Commands and requests sent to homes, until answered.',
      buckets: [0.005, ...MCP_BUCKETS_S],
      labels: {
        transport: ['rest', 'ws'],
        op_class: ['read', 'service', 'config', 'render', 'history', 'subscribe', 'supervisor', 'other'],
        outcome: ['ok', 'refused', 'timeout', 'lost', 'cancelled'],
      },
    }),
    homes: closedGauge(registry, {
      name: 'hub_homes',
      help: 'Homes this replica holds, by state of their link.',
      labels: { state: ['connected', 'connecting', 'backoff', 'auth_failed', 'disabled'] },
    }),
    homeConnections: closedCounter(registry, {
      name: 'hub_home_connections_total',
      help: 'What happened to links.',
      labels: { event: ['connected', 'lost', 'auth_failed'] },
    }),
    rateLimited: closedCounter(registry, {
      name: 'hub_rate_limited_total',
      help: 'Calls refused because of a limit, by what was limited.',
      labels: { scope: ['connector', 'unknown_secret', 'admin'] },
    }),
    authzDecisions: closedCounter(registry, {
      name: 'hub_authz_decisions_total',
      help: 'Decisions of the gate, by the kind of rule that decided.',
      labels: {
        decision: ['allow', 'deny', 'ask'],
        rule_class: ['credential', 'tenant', 'tool', 'read_only', 'ceiling', 'best_practice', 'default'],
      },
    }),
    authEvents: closedCounter(registry, {
      name: 'hub_auth_events_total',
      help: 'Credentials presented, by kind and what came of them.',
      labels: {
        method: ['connector_url', 'admin_key'],
        outcome: ['ok', 'unknown', 'limited'],
      },
    }),
    approvals: closedCounter(registry, {
      name: 'hub_approvals_total',
      help: 'Approvals: calls that had to wait for a person, what people decided, and calls that then ran.',
      labels: { event: ['waiting', 'allowed', 'denied', 'used'] },
    }),
    toolsListBytes: closedHistogram(registry, {
      name: 'hub_tools_list_response_bytes',
      help: 'Size of tools/list answers.',
      buckets: TOOLS_LIST_BUCKETS_BYTES,
      labels: {},
    }),
    cacheRequests: closedCounter(registry, {
      name: 'hub_cache_requests_total',
      help: 'Lookups in caches of this replica.',
      labels: {
        cache: ['connector'],
        result: ['hit', 'miss'],
      },
    }),
    activeStreams: closedGauge(registry, {
      name: 'hub_active_streams',
      help: 'Open streams to clients.',
      labels: { kind: ['sse'] },
    }),
    inflightRequests: closedGauge(registry, {
      name: 'hub_inflight_requests',
      help: 'Requests being worked on.',
      labels: { kind: ['mcp', 'internal'] },
    }),
    queueJobs: closedGauge(registry, {
      name: 'hub_queue_jobs',
      help: 'Jobs of the installation not yet at an end, later: not due yet; the same figure from each process.',
      labels: { state: ['queued', 'running', 'later'] },
    }),
    queueJobAge: closedGauge(registry, {
      name: 'hub_queue_job_age_seconds',
      help: 'Age of the oldest job that is due, could begin and is not yet claimed.',
      labels: {},
    }),
    jobStartDelay: closedHistogram(registry, {
      name: 'hub_job_start_delay_seconds',
      help: 'From the moment a job was due to its first claim.',
      buckets: JOB_DELAY_BUCKETS_S,
      labels: { job_kind: jobKinds },
    }),
    jobDuration: closedHistogram(registry, {
      name: 'hub_job_duration_seconds',
      help: 'Attempts at jobs, from the claim to what came of it.',
      buckets: JOB_BUCKETS_S,
      labels: { job_kind: jobKinds },
    }),
    jobsFinished: closedCounter(registry, {
      name: 'hub_jobs_finished_total',
      help: 'Jobs that came to an end.',
      labels: { job_kind: jobKinds, outcome: ['done', 'failed', 'cancelled', 'unknown'] },
    }),
    jobTakeovers: closedCounter(registry, {
      name: 'hub_job_takeovers_total',
      help: 'Jobs taken from a process that fell silent.',
      labels: {},
    }),
    auditRows: closedCounter(registry, {
      name: 'hub_audit_rows_total',
      help: 'Audit rows, by what became of them.',
      labels: { outcome: ['stored', 'failed', 'dropped'] },
    }),
    auditLag: closedGauge(registry, {
      name: 'hub_audit_lag_seconds',
      help: 'Age of the oldest audit row that waits to be stored.',
      labels: {},
    }),
    dbConnections: closedGauge(registry, {
      name: 'db_client_connection_count',
      help: 'Database connections of this process.',
      labels: { db_client_connection_state: ['idle', 'used'] },
    }),
    dbPendingRequests: closedGauge(registry, {
      name: 'db_client_connection_pending_requests',
      help: 'Callers that wait for a database connection.',
      labels: {},
    }),
    dbOperationDuration: closedHistogram(registry, {
      name: 'db_client_operation_duration_seconds',
      help: 'Statements, without the wait for a connection.',
      buckets: DB_BUCKETS_S,
      labels: { db_operation_name: ['select', 'insert', 'update', 'delete', 'other'] },
    }),
    redisUp: closedGauge(registry, {
      name: 'hub_redis_up',
      help: '1 while Redis answers this process, which then hears of changes and jobs at once.',
      labels: {},
    }),
    redisPing: closedHistogram(registry, {
      name: 'hub_redis_ping_seconds',
      help: 'One question to Redis and back, asked when these figures are read.',
      buckets: REDIS_BUCKETS_S,
      labels: {},
    }),
    /** `set` gauges right before they are read, in place of a timer. */
    onScrape(fill: () => void | Promise<void>): void {
      scrapeHooks.push(fill);
    },
    contentType: registry.contentType,
    /** The text Prometheus reads. */
    async render(): Promise<string> {
      await Promise.all(scrapeHooks.map((fill) => fill()));
      return registry.metrics();
    },
  };
}
