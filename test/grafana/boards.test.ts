import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { type BoardPanel, GRAFANA, RULES, readBoards, readRules } from './boards.ts';
import { hasPrometheus } from './prometheus.ts';

const ROOT = join(GRAFANA, '..');
const boards = await readBoards();
const rules = await readRules();
const panels = boards.flatMap((board) => board.panels.filter(({ type }) => type !== 'row'));

it.each(boards)('$title has no two panels in one place, and each says what it shows in which unit', ({ panels }) => {
  const crossing = panels.flatMap((one, at) =>
    panels
      .slice(at + 1)
      .filter((other) => overlap(one, other))
      .map((other) => `${one.title} × ${other.title}`),
  );
  expect(crossing).toEqual([]);
  for (const { type, title, description, fieldConfig, gridPos } of panels) {
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
    if (type === 'row') continue;
    expect(description, title).toBeTruthy();
    expect(fieldConfig?.defaults.unit, title).toBeTruthy();
  }
  expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
});

function overlap({ gridPos: a }: BoardPanel, { gridPos: b }: BoardPanel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

it('every runbook that a panel or an alert names is there, and every alert names one', () => {
  const alerts = rules.filter(({ alert }) => alert !== undefined);
  const named = alerts.map(({ alert = '', annotations }) => annotations?.['runbook'] ?? `${alert} has no runbook`);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of Grafana's
  const linked = panels.flatMap(({ links }) => links.map(({ url }) => url.replace('${runbooks}', 'docs/runbooks')));
  expect(named.length).toBeGreaterThan(10);
  expect(linked.length).toBeGreaterThan(20);
  expect([...new Set([...named, ...linked])].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  expect(alerts.filter(({ labels }) => !/^(page|ticket)$/.test(labels?.['severity'] ?? ''))).toEqual([]);
});

it.runIf(hasPrometheus || process.env['REQUIRE_REAL'] === '1')(
  'each alert fires for its cause and stays silent without it',
  async () => {
    const promtool = promisify(execFile);
    await promtool('promtool', ['check', 'rules', RULES]);
    await promtool('promtool', ['test', 'rules', RULES.replace(/yaml$/, 'test.yaml')]);
  },
);
