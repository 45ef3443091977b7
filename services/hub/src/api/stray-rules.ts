import { Fault } from '@hub/core/fault.ts';
import type { HomeRecord } from '@hub/db/home-record.ts';
import type { HomeInUse } from '@hub/gate/holder.ts';
import { within } from '@hub/ha/pause.ts';
import { strayNames } from '@hub/ha/stray-names.ts';
import type { EntitySelection } from '@hub/ha/visibility.ts';
import type { Deps } from '../deps.ts';

/** A warning is worth a look at some homes, and no waiting for those that are slow. */
const MOST_HOMES = 10;
const LOOK_MS = 3_000;

interface Look {
  readonly home: string;
  readonly stray: readonly string[];
}

/**
 * Warns of what is denied and is at none of the homes that are linked here: likely a slip of the pen, and it hides nothing.
 * Opens no link and never throws, as the answer it stands in may hold a URL that is shown once.
 */
export async function strayRules(
  deps: Deps,
  homes: readonly HomeRecord[],
  deny: EntitySelection,
): Promise<readonly string[]> {
  const linked = new Map(deps.homes.held().map((one) => [one.home.id, one]));
  const running = homes.flatMap(({ id, slug }) => {
    const held = linked.get(id);
    return held?.home.info.state === 'running' ? [{ slug, held }] : [];
  });
  const looking = running.slice(0, MOST_HOMES).map(({ slug, held }) => lookAt(deps, slug, held, deny));
  const looks = (await Promise.all(looking)).filter((look) => look !== undefined);
  const stray = looks[0]?.stray.filter((name) => looks.every((look) => look.stray.includes(name))) ?? [];
  if (stray.length === 0) return [];
  const where = looks.map(({ home }) => home).join(', ');
  return [`The rules deny ${stray.join(', ')}, which fits nothing at ${where} now, and so hides nothing there.`];
}

async function lookAt(
  { log }: Deps,
  slug: string,
  { home, mirror }: HomeInUse,
  deny: EntitySelection,
): Promise<Look | undefined> {
  const late = () => new Fault('TIMEOUT_OPERATION', `${slug} did not answer in time.`);
  try {
    return { home: slug, stray: await within(strayNames(mirror, deny), LOOK_MS, undefined, late) };
  } catch (err) {
    log[err instanceof Fault ? 'debug' : 'error']({ err, homeId: home.id }, 'rules were not held against a home');
    return undefined;
  }
}
