import type { Board } from './board.ts';
import { columns, figure, homeRows, lines } from './panels.ts';
import { of, perSecond } from './promql.ts';

export const fleet: Board = {
  id: 'fleet',
  title: 'Fleet',
  about: 'The homes of the installation: which are linked, which are not and why, and whether calls to them end well.',
  sections: [
    {
      title: 'Now',
      panels: [
        figure(
          { title: 'Homes linked', about: 'Homes in use with a working link.', unit: 'short' },
          { expr: `sum(${of('hub_homes', 'state="connected"')})` },
        ),
        figure(
          {
            title: 'Homes away',
            about: 'Homes in use that do not answer; the hub dials again.',
            unit: 'short',
            steps: [
              { color: 'green', from: 0 },
              { color: 'yellow', from: 1 },
              { color: 'red', from: 10 },
            ],
            runbook: 'homes-away',
          },
          { expr: `sum(${of('hub_homes', 'state=~"backoff|connecting"')})` },
        ),
        figure(
          {
            title: 'Tokens refused',
            about: 'Homes that refuse the token of the hub; nothing happens until someone gives a new one.',
            unit: 'short',
            steps: [
              { color: 'green', from: 0 },
              { color: 'red', from: 1 },
            ],
            runbook: 'home-token-refused',
          },
          { expr: `sum(${of('hub_homes', 'state="auth_failed"')})` },
        ),
        figure(
          {
            title: 'Error budget left, 30 days',
            about: 'Of the 0.1 % of calls that may end by a fault of the hub.',
            unit: 'percentunit',
            steps: [
              { color: 'red', from: 0 },
              { color: 'yellow', from: 0.25 },
              { color: 'green', from: 0.5 },
            ],
            runbook: 'hub-faults',
          },
          {
            expr: `1 - (sum(increase(${of('hub_calls_total', 'result="hub_fault"')}[30d])) / sum(increase(${of('hub_calls_total')}[30d]))) / 0.001`,
          },
        ),
      ],
    },
    {
      title: 'Over time',
      panels: [
        lines(
          {
            title: 'Homes by state of their link',
            about: 'Homes in use, over all processes.',
            unit: 'short',
            runbook: 'homes-away',
          },
          { expr: `sum by (state) (${of('hub_homes')})`, legend: '{{state}}' },
        ),
        lines(
          {
            title: 'What happened to links',
            about: 'Links made, lost and refused.',
            unit: 'ops',
            runbook: 'homes-away',
          },
          { expr: perSecond('hub_home_connections_total', 'event'), legend: '{{event}}' },
        ),
        lines(
          {
            title: 'Calls, by whose fault a failure was',
            about: 'Calls of tools.',
            unit: 'reqps',
            runbook: 'hub-faults',
          },
          { expr: perSecond('hub_calls_total', 'result'), legend: '{{result}}' },
        ),
        lines(
          { title: 'Homes per process', about: 'How the homes in use spread over the processes.', unit: 'short' },
          { expr: `sum by (instance) (${of('hub_homes')})`, legend: '{{instance}}' },
        ),
      ],
    },
    {
      title: 'Homes',
      panels: [
        homeRows(
          {
            title: 'Homes that need a look',
            about: 'Homes whose link does not stand, longest silent first.',
            runbook: 'homes-away',
          },
          `select tenant, home, state, fault_code, last_seen_at, checked_at from home_overview
where state is distinct from 'running' order by last_seen_at nulls first limit 200`,
        ),
        homeRows(
          {
            title: 'All homes',
            about: 'With the Home Assistant they run, and what the last look at them found (swept_at).',
          },
          `select tenant, home, state, ha_version, core_update, os_update, updates_pending, last_backup_at,
  round(100.0 * disk_free_bytes / nullif(disk_total_bytes, 0)) as disk_free_pct, repairs, unavailable_entities, low_batteries,
  certificate_expires_at, swept_at, last_seen_at
from home_overview order by tenant, home limit 10000`,
        ),
        columns({ title: 'What runs', about: 'The version of each process.', unit: 'none' }, 'instance', {
          processes: `sum by (instance, service, version) (${of('hub_build_info')})`,
        }),
      ],
    },
  ],
};
