import { counted } from '@hub/core/counted.ts';
import type { HomeRecord } from '@hub/db/home-record.ts';
import { type BackupInfo, readBackupInfo } from '@hub/ha/backups.ts';
import { backupsOfHome } from '@hub/ha/health.ts';
import { createView } from '@hub/ha/mirrored-view.ts';
import { listRepairs } from '@hub/ha/notices.ts';
import { listUpdates } from '@hub/ha/updates.ts';
import type { View } from '@hub/ha/view.ts';
import type { Deps } from '../../deps.ts';
import { orBroken } from './check-storage.ts';
import { type Finding, ok, warn } from './finding.ts';

const DEADLINE_MS = 20_000;
const DAY_MS = 86_400_000;
const OLD_BACKUP_DAYS = 14;
/** Some devices are always out of reach; past this share a hub of theirs is likely to be. */
const MANY_UNAVAILABLE = 0.2;
const SHOWN = 5;

/** What a home that answers says of itself: repairs, updates, backups, what is out of reach. Its mirror stays loaded for some minutes. */
export async function checkInside(
  { homes }: Deps,
  { tenantId, id, slug }: HomeRecord,
  isAdmin: boolean,
): Promise<readonly Finding[]> {
  return orBroken('home', async () => {
    const { home, mirror } = await homes.hold(tenantId, id);
    const view = createView(home, mirror);
    await view.ready();
    const options = { signal: AbortSignal.timeout(DEADLINE_MS) };
    const parts = await Promise.all([
      judgeStates(view),
      orBroken('home', async () => judgeRepairs(await listRepairs(home, options))),
      isAdmin ? orBroken('home', async () => [judgeBackups(slug, await readBackupInfo(home, options))]) : [],
    ]);
    return parts.flat();
  });
}

async function judgeStates(view: View): Promise<readonly Finding[]> {
  const [states, updates] = [await view.states(), await listUpdates(view)];
  const lost = [...states.values()].filter(({ state }) => state === 'unavailable');
  const pending = [...updates.values()].filter(({ state }) => state === 'on').length;
  const said = `${counted(states.size, 'entity', 'entities')}, ${lost.length} of them unavailable; ${counted(pending, 'update waits', 'updates wait')}.`;
  if (lost.length <= states.size * MANY_UNAVAILABLE) return [ok('home', said)];
  const some = lost.slice(0, SHOWN).map(({ entity_id: id }) => id);
  return [warn('home', said, `Look at what is out of reach there, among it: ${some.join(', ')}`)];
}

function judgeRepairs(issues: Awaited<ReturnType<typeof listRepairs>>): readonly Finding[] {
  const open = issues.filter(({ ignored }) => ignored !== true);
  if (open.length === 0) return [ok('home', 'No repair is open.')];
  const some = open.slice(0, SHOWN).map(({ domain, issue_id: id }) => `${domain} (${id})`);
  return [
    warn(
      'home',
      `Repairs are open: ${open.length}, ${some.join(', ')}.`,
      'In Home Assistant: Settings → System → Repairs.',
    ),
  ];
}

function judgeBackups(slug: string, info: BackupInfo): Finding {
  const advice = `Make one: hub backups create ${slug}`;
  const { lastBackupAt: newest } = backupsOfHome(info);
  if (!newest) return warn('home', 'It has no backup.', advice);
  const days = Math.floor((Date.now() - newest.getTime()) / DAY_MS);
  const said = `Its newest backup is ${days === 0 ? 'of today' : `${counted(days, 'day')} old`}.`;
  return days > OLD_BACKUP_DAYS ? warn('home', said, advice) : ok('home', said);
}
