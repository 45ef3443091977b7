import { Fault } from '@hub/core/fault.ts';
import type { HomeRecord } from '@hub/db/home-record.ts';
import { listHomeStatuses } from '@hub/db/home-status.ts';
import { within } from '@hub/ha/pause.ts';
import { strayNames } from '@hub/ha/stray-names.ts';
import type { EntitySelection } from '@hub/ha/visibility.ts';
import type { Deps } from '../deps.ts';

/** A warning is worth a look at some homes that answer, and no waiting for others. */
const MOST_HOMES = 10;
const LOOK_MS = 3_000;

interface Look {
  readonly home: string;
  readonly stray: readonly string[];
}

/** Warns of what is denied and is at none of the homes that could be looked at: likely a slip of the pen, and it hides nothing. */
export async function strayRules(
  deps: Deps,
  homes: readonly HomeRecord[],
  deny: EntitySelection,
): Promise<readonly string[]> {
  const [any] = homes;
  if (!any) return [];
  const statuses = await listHomeStatuses(deps.storage.db, any.tenantId);
  const running = homes.filter(({ id }) => statuses.get(id)?.state === 'running').slice(0, MOST_HOMES);
  const looks = (await Promise.all(running.map((home) => lookAt(deps, home, deny)))).filter(
    (look) => look !== undefined,
  );
  const stray = looks[0]?.stray.filter((name) => looks.every((look) => look.stray.includes(name))) ?? [];
  if (stray.length === 0) return [];
  const where = looks.map(({ home }) => home).join(', ');
  return [`The rules deny ${stray.join(', ')}, which fits nothing at ${where} now, and so hides nothing there.`];
}

async function lookAt(
  { homes }: Deps,
  { tenantId, id, slug }: HomeRecord,
  deny: EntitySelection,
): Promise<Look | undefined> {
  const late = () => new Fault('TIMEOUT_OPERATION', `${slug} did not answer in time.`);
  try {
    const { mirror } = await homes.hold(tenantId, id);
    return { home: slug, stray: await within(strayNames(mirror, deny), LOOK_MS, undefined, late) };
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
