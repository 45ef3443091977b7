/**
 * Writes what follows from the tools and jobs: the two registries and docs/tools.md; the guide's files as a module; and the
 * dashboards as Grafana imports them, which the chart holds again with the alerts.
 *
 *     npm run gen            writes
 *     npm run gen:check      fails when a file is stale, a tool has no test, or two share a name
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Job } from '@hub/jobs/define.ts';
import type { Tool } from '@hub/tools/define.ts';
import { access } from '../grafana/access.ts';
import { boardJson } from '../grafana/board.ts';
import { fleet } from '../grafana/fleet.ts';
import { jobs as jobBoard } from '../grafana/jobs.ts';
import { runtime } from '../grafana/runtime.ts';
import { toolLatency } from '../grafana/tool-latency.ts';
import { chartFiles } from './gen/chart-files.ts';
import { findDefinitions } from './gen/find-definitions.ts';
import { findProofs, provedByName } from './gen/find-proofs.ts';
import { guideSource } from './gen/guide-source.ts';
import { registrySource } from './gen/registry-source.ts';
import { staleHint } from './gen/stale-hint.ts';
import { toolsPage } from './gen/tools-page.ts';

const root = join(import.meta.dirname, '..');
const BOARDS = [fleet, toolLatency, jobBoard, access, runtime];

function settle(files: Readonly<Record<string, string>>, isCheck: boolean): string[] {
  const problems: string[] = [];
  for (const [path, content] of Object.entries(files)) {
    const hint = staleHint(join(root, path), content);
    if (hint === undefined) continue;
    if (isCheck) {
      problems.push(`${path} is stale; run: npm run gen\n${hint}`);
      continue;
    }
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    console.log(`wrote ${path}`);
  }
  return problems;
}

async function main(): Promise<void> {
  const tools = await findDefinitions<Tool>(join(root, 'packages/tools/src'), 'tool', (tool) => tool.name);
  const jobs = await findDefinitions<Job>(join(root, 'packages/jobs/src'), 'job', (job) => job.kind);
  const proofs = findProofs(join(root, 'packages/tools/src'));
  const pathOf = new Map(tools.found.map(({ definition, path }) => [definition, path]));
  const boards = Object.fromEntries(BOARDS.map((board) => [`grafana/dashboards/${board.id}.json`, boardJson(board)]));
  const files = {
    ...boards,
    ...chartFiles(root, boards),
    'packages/tools/src/registry.gen.ts': registrySource('Tool', 'tool', tools.found),
    'packages/jobs/src/registry.gen.ts': registrySource('Job', 'job', jobs.found),
    'packages/tools/src/guidance/files.gen.ts': guideSource(join(root, 'packages/tools/src/guidance/skill')),
    'docs/tools.md': toolsPage(
      tools.found.map(({ definition }) => definition),
      (tool) => {
        const own = proofs.get(pathOf.get(tool) ?? '') ?? [];
        return own.length > 0 ? own : provedByName(join(root, 'packages/gate/src'), tool.name);
      },
    ),
  };
  const problems = [...tools.problems, ...jobs.problems, ...settle(files, process.argv.includes('--check'))];
  for (const problem of problems) console.error(problem.replaceAll(`${root}/`, ''));
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${tools.found.length} tools, ${jobs.found.length} jobs`);
}

await main();
