import type { Board } from './board.ts';
import { columns, lines, traceRows } from './panels.ts';
import { of, perSecond, quantile } from './promql.ts';

const CALLS = 'mcp_server_operation_duration_seconds';
const TOOL = 'mcp_method_name="tools/call",gen_ai_tool_name=~"$tool"';

function toolsAt(share: number) {
  return { expr: quantile(share, CALLS, 'gen_ai_tool_name', TOOL), legend: '{{gen_ai_tool_name}}', hasExemplars: true };
}

export const toolLatency: Board = {
  id: 'tool-latency',
  title: 'Tool latency',
  about: 'How long tools take, how much of it is the hub and how much the home, and what goes wrong.',
  choices: { tool: `label_values(${CALLS}_count, gen_ai_tool_name)` },
  sections: [
    {
      title: 'Tools',
      panels: [
        columns(
          { title: 'Each tool', about: 'Seconds that half, 95 % and 99 % of its calls stay below.', unit: 's' },
          'gen_ai_tool_name',
          {
            p50: quantile(0.5, CALLS, 'gen_ai_tool_name', TOOL),
            p95: quantile(0.95, CALLS, 'gen_ai_tool_name', TOOL),
            p99: quantile(0.99, CALLS, 'gen_ai_tool_name', TOOL),
          },
        ),
        lines({ title: 'Median per tool', about: 'Half of the calls are faster.', unit: 's', width: 8 }, toolsAt(0.5)),
        lines(
          { title: 'p95 per tool', about: 'Points are traces: click one to open it.', unit: 's', width: 8 },
          toolsAt(0.95),
        ),
        lines(
          { title: 'p99 per tool', about: 'Points are traces: click one to open it.', unit: 's', width: 8 },
          toolsAt(0.99),
        ),
      ],
    },
    {
      title: 'The hub apart from the home',
      panels: [
        lines(
          {
            title: 'Overhead of the hub',
            about: 'What the hub itself added to a request; 99 % are to stay below 5 ms.',
            unit: 's',
            steps: [
              { color: 'green', from: 0 },
              { color: 'red', from: 0.005 },
            ],
            runbook: 'hub-overhead',
          },
          { expr: quantile(0.5, 'hub_overhead_seconds'), legend: 'p50' },
          { expr: quantile(0.99, 'hub_overhead_seconds'), legend: 'p99', hasExemplars: true },
        ),
        lines(
          {
            title: 'The time of homes, p95',
            about: 'Commands to homes until answered, by kind.',
            unit: 's',
            runbook: 'homes-away',
          },
          { expr: quantile(0.95, 'hub_home_call_duration_seconds', 'op_class'), legend: '{{op_class}}' },
        ),
        lines(
          { title: 'Commands to homes', about: 'By way and what came of them.', unit: 'reqps', runbook: 'homes-away' },
          {
            expr: perSecond('hub_home_call_duration_seconds_count', 'transport, outcome'),
            legend: '{{transport}} {{outcome}}',
          },
        ),
        lines(
          { title: 'Other requests, p95', about: 'MCP methods besides tools/call.', unit: 's' },
          {
            expr: quantile(0.95, CALLS, 'mcp_method_name', 'mcp_method_name!="tools/call"'),
            legend: '{{mcp_method_name}}',
          },
        ),
      ],
    },
    {
      title: 'What goes wrong',
      panels: [
        lines(
          { title: 'Errors by kind', about: 'Failed calls of the chosen tools.', unit: 'reqps', runbook: 'hub-faults' },
          { expr: perSecond(`${CALLS}_count`, 'error_type', `error_type!="",${TOOL}`), legend: '{{error_type}}' },
        ),
        lines(
          {
            title: 'Calls that failed by a fault of the hub',
            about: 'The share that counts against the objective of 99.9 %.',
            unit: 'percentunit',
            steps: [
              { color: 'green', from: 0 },
              { color: 'red', from: 0.001 },
            ],
            runbook: 'hub-faults',
          },
          {
            expr: `${perSecond('hub_calls_total', '', 'result="hub_fault"')} / ${perSecond('hub_calls_total')}`,
            legend: 'hub',
          },
          {
            expr: `${perSecond('hub_calls_total', '', 'result="home_fault"')} / ${perSecond('hub_calls_total')}`,
            legend: 'homes',
          },
        ),
        traceRows(
          { title: 'Calls that failed', about: 'All of them are kept; open one to see where.', runbook: 'hub-faults' },
          '{resource.service.name=~"ha-mcp-hub.*" && status=error}',
        ),
        traceRows(
          { title: 'Slow calls', about: 'Of a second and more.', runbook: 'hub-overhead' },
          '{resource.service.name="ha-mcp-hub" && span.mcp.method.name="tools/call" && duration>1s}',
        ),
      ],
    },
    {
      title: 'Requests and lists',
      panels: [
        lines(
          { title: 'Requests by protocol version', about: 'All MCP requests.', unit: 'reqps' },
          { expr: perSecond('hub_mcp_requests_total', 'mcp_protocol_version'), legend: '{{mcp_protocol_version}}' },
        ),
        lines(
          {
            title: 'Requests and streams open',
            about: 'Being worked on, and event streams to clients.',
            unit: 'short',
          },
          { expr: `sum by (kind) (${of('hub_inflight_requests')})`, legend: 'requests {{kind}}' },
          { expr: `sum by (kind) (${of('hub_active_streams')})`, legend: 'streams {{kind}}' },
        ),
        lines(
          {
            title: 'Size of tool lists',
            about: 'Every client reads one at its start; with tool search it has some 11 kB.',
            unit: 'bytes',
          },
          { expr: quantile(0.5, 'hub_tools_list_response_bytes'), legend: 'p50' },
          { expr: quantile(0.95, 'hub_tools_list_response_bytes'), legend: 'p95' },
        ),
        lines(
          {
            title: 'Connectors known without asking the database',
            about: 'A miss costs one query.',
            unit: 'percentunit',
          },
          {
            expr: `${perSecond('hub_cache_requests_total', 'cache', 'result="hit"')} / ${perSecond('hub_cache_requests_total', 'cache')}`,
            legend: '{{cache}}',
          },
        ),
      ],
    },
  ],
};
