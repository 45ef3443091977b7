/**
 * `npm run kube`: the images laid out as their Dockerfile says and started as a container engine would, and the chart installed,
 * upgraded and rolled back in a real Kubernetes API server. Builds the control plane once (KUBE_BIN, or ~/.cache/ha-mcp-hub/kube):
 * half an hour on two cores. As root on Debian; needs Go 1.26 or newer and PostgreSQL. Ends with `N passed, N failed, N skipped`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { runVitest } from '../../scripts/test/run-vitest.ts';
import { ROOT } from '../docs/pages.ts';
import { KUBE_BIN } from './binaries.ts';

const [code] = await once(spawn(join(import.meta.dirname, 'build.sh'), [KUBE_BIN], { stdio: 'inherit' }), 'exit');
if (code !== 0) process.exit(1);
const { passed, failed, skipped } = await runVitest(ROOT, [
  '--config',
  'test/kube/vitest.config.ts',
  ...process.argv.slice(2),
]);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
