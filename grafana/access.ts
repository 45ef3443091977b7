import type { Board } from './board.ts';
import { lines } from './panels.ts';
import { howOften, of, perSecond } from './promql.ts';

export const access: Board = {
  id: 'access',
  title: 'Access',
  about: 'Who gets in, what is denied and by which rule, what people were asked, and whether the audit is whole.',
  sections: [
    {
      title: 'Getting in',
      panels: [
        lines(
          {
            title: 'Credentials presented',
            about: 'By kind and what came of them.',
            unit: 'reqps',
            runbook: 'secrets-guessed',
          },
          { expr: perSecond('hub_auth_events_total', 'method, outcome'), legend: '{{method}} {{outcome}}' },
        ),
        lines(
          {
            title: 'Wrong secrets',
            about: 'Unknown ones, and requests from addresses that guessed too often.',
            unit: 'reqps',
            steps: [
              { color: 'green', from: 0 },
              { color: 'red', from: 1 },
            ],
            runbook: 'secrets-guessed',
          },
          { expr: perSecond('hub_auth_events_total', 'method', 'outcome=~"unknown|limited"'), legend: '{{method}}' },
        ),
        lines(
          {
            title: 'Refused because of a limit',
            about: 'By what was limited.',
            unit: 'reqps',
            runbook: 'secrets-guessed',
          },
          { expr: perSecond('hub_rate_limited_total', 'scope'), legend: '{{scope}}' },
        ),
      ],
    },
    {
      title: 'What is allowed',
      panels: [
        lines(
          { title: 'Decisions', about: 'Of the gate; ask means that a person was asked.', unit: 'ops' },
          { expr: perSecond('hub_authz_decisions_total', 'decision'), legend: '{{decision}}' },
        ),
        lines(
          { title: 'Denied and asked, by rule', about: 'In the shown time.', unit: 'short' },
          {
            expr: howOften('hub_authz_decisions_total', 'rule_class, decision', 'decision!="allow"'),
            legend: '{{rule_class}} {{decision}}',
          },
        ),
        lines(
          {
            title: 'Approvals',
            about: 'Calls that had to wait, what people said, and calls that then ran.',
            unit: 'short',
          },
          { expr: howOften('hub_approvals_total', 'event'), legend: '{{event}}' },
        ),
      ],
    },
    {
      title: 'Audit',
      panels: [
        lines(
          {
            title: 'Rows of the audit',
            about: 'Failed and dropped ones are gaps.',
            unit: 'ops',
            runbook: 'audit-loss',
          },
          { expr: perSecond('hub_audit_rows_total', 'outcome'), legend: '{{outcome}}' },
        ),
        lines(
          {
            title: 'Audit behind by',
            about: 'Age of the oldest row that waits to be stored.',
            unit: 's',
            steps: [
              { color: 'green', from: 0 },
              { color: 'red', from: 10 },
            ],
            runbook: 'audit-loss',
          },
          { expr: `max by (instance) (${of('hub_audit_lag_seconds')})`, legend: '{{instance}}' },
        ),
      ],
    },
  ],
};
