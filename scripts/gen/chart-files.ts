import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const CHART = 'deploy/helm/ha-mcp-hub/files';

/** A chart can only read what lies inside it: the dashboards and alerts of `grafana/` again. `boards` by their path there. */
export function chartFiles(root: string, boards: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const alerts = globSync('grafana/alerts/*.yaml', { cwd: root })
    .filter((path) => !path.endsWith('.test.yaml'))
    .map((path) => [path, readFileSync(join(root, path), 'utf8')] as const);
  return Object.fromEntries([
    ...Object.entries(boards).map(([path, text]) => [`${CHART}/dashboards/${basename(path)}`, text]),
    ...alerts.map(([path, text]) => [`${CHART}/alerts/${basename(path)}`, text]),
  ]);
}
