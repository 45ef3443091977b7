import { counted } from '@hub/core/counted.ts';
import { readBacklog } from '@hub/db/job-claims.ts';
import type { Deps } from '../../deps.ts';
import { orBroken } from './check-storage.ts';
import { type Finding, ok, warn } from './finding.ts';

/** A job that could run waits a second at most; past this nothing seems to take it. */
const STUCK_S = 600;

export function checkMemory({ homes }: Deps): readonly Finding[] {
  const mirrored = homes.mirrors().filter(({ byteSize }) => byteSize > 0);
  const bytes = mirrored.reduce((sum, { byteSize }) => sum + byteSize, 0);
  const links = counted(homes.held().length, 'home is linked', 'homes are linked');
  return [
    ok(
      'memory',
      `${links}, ${mirrored.length} mirrored in ${inMb(bytes)}; the process uses ${inMb(process.memoryUsage.rss())}.`,
    ),
  ];
}

export async function checkJobs({ storage }: Deps): Promise<readonly Finding[]> {
  return orBroken('jobs', async () => {
    const backlog = await readBacklog(storage.db);
    const stuck = backlog.find(({ state, oldestS }) => state === 'queued' && oldestS > STUCK_S);
    const told = backlog.filter(({ state, count }) => state !== 'later' || count > 0);
    const counts = told.map(({ state, count }) => `${count} ${state === 'later' ? 'for later' : state}`).join(', ');
    return [
      ok('jobs', counts === '' ? 'No job is pending.' : `Pending jobs: ${counts}.`),
      ...(stuck
        ? [
            warn(
              'jobs',
              `A job waits for ${counted(Math.round(stuck.oldestS / 60), 'minute')}.`,
              'See what runs before it at its home: hub jobs list --state running',
            ),
          ]
        : []),
    ];
  });
}

function inMb(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}
