import { byHands } from '@hub/core/by-hands.ts';
import { counted } from '@hub/core/counted.ts';
import type { HomeRecord } from '@hub/db/home-record.ts';
import { listHomes } from '@hub/db/homes.ts';
import { listTenants } from '@hub/db/tenants.ts';
import type { LinkCheck } from '../../check-link.ts';
import type { Deps } from '../../deps.ts';
import { checkHome, isRefusedToken } from '../home-check.ts';
import { checkInside } from './check-inside.ts';
import { orBroken } from './check-storage.ts';
import { broken, type Finding, ok, warn } from './finding.ts';

const OLDEST_VERSION = '2025.12';
const AT_ONCE = 16;
const DAY_MS = 86_400_000;
const SLOW_MS = 1_000;
/** Tokens and certificates begin to be refused about here. */
const CLOCK_S = 60;

/** Every home of the given tenants is linked to once, some at a time; a dead one takes up to 15 s. Thorough: what it says of itself, too. */
export async function checkHomes(
  deps: Deps,
  tenantId: string | undefined,
  isThorough: boolean,
): Promise<readonly Finding[]> {
  return orBroken('home', async () => {
    const tenants = (await listTenants(deps.storage.db)).filter(({ id }) => tenantId === undefined || id === tenantId);
    const homes = (await Promise.all(tenants.map(({ id }) => listHomes(deps.storage.db, id)))).flat();
    if (homes.length === 0) return [warn('home', 'There is no home.', 'Add one: hub homes add URL --token -')];
    const slugs = new Map(tenants.map(({ id, slug }) => [id, slug]));
    const found = await byHands(AT_ONCE, homes, async (home) => {
      const subject = tenants.length > 1 ? `${slugs.get(home.tenantId)}/${home.slug}` : home.slug;
      const findings = await orBroken('home', () => look(deps, home, subject, isThorough));
      return findings.map((one) => ({ ...one, subject }));
    });
    return found.flat();
  });
}

async function look(deps: Deps, home: HomeRecord, subject: string, isThorough: boolean): Promise<readonly Finding[]> {
  const seen = await checkHome(deps, home);
  const inside = isThorough && seen.ok ? await checkInside(deps, home, seen.isAdmin) : [];
  return [...judge(home, seen, subject), ...inside];
}

function judge(home: HomeRecord, seen: LinkCheck, subject: string): readonly Finding[] {
  if (!seen.ok) {
    const { code, message, suggestions } = seen.fault;
    const advice = isRefusedToken(code)
      ? `Make a new long-lived token there, then: hub homes set ${home.slug} --token -`
      : (suggestions[0] ?? `Look at the home, then: hub homes check ${home.slug}`);
    return [broken('home', message, advice, subject), ...judgeToken(home)];
  }
  const ms = Math.round(seen.latencyMs * 10) / 10;
  const who = seen.isAdmin ? 'an administrator’s token' : 'a token without administrator rights';
  return [
    ok('home', `Home Assistant ${seen.haVersion} answers in ${ms} ms, with ${who}.`),
    ...judgeToken(home),
    ...(isOlder(seen.haVersion, OLDEST_VERSION)
      ? [warn('home', `Home Assistant ${seen.haVersion} is older than ${OLDEST_VERSION}.`, 'Update it.')]
      : []),
    ...(seen.isAdmin
      ? []
      : [
          warn(
            'home',
            'Changes of configuration, logs and backups will be refused.',
            `Make a token as an administrator, then: hub homes set ${home.slug} --token -`,
          ),
        ]),
    ...(ms > SLOW_MS ? [warn('home', `An answer took ${ms} ms.`, 'Look at its connection and load.')] : []),
    ...judgeClock(seen.clockAheadS),
  ];
}

function judgeToken({ slug, link }: HomeRecord): readonly Finding[] {
  const { credentialCreatedAt: made, credentialExpiresAt: ends } = link;
  const age = made && Math.floor((Date.now() - made.getTime()) / DAY_MS);
  const left = ends && Math.floor((ends.getTime() - Date.now()) / DAY_MS);
  const renew = `Make a new one, then: hub homes set ${slug} --token -`;
  if (left !== undefined && left < 0) return [broken('home', 'Its token has expired.', renew)];
  if (left !== undefined && left < 30) return [warn('home', `Its token ends in ${counted(left, 'day')}.`, renew)];
  const ageText = age === undefined ? 'of unknown age' : `${counted(age, 'day')} old`;
  const end = ends === undefined ? '' : `, ends on ${ends.toISOString().slice(0, 10)}`;
  return [ok('home', `Its token is ${ageText}${end}.`)];
}

function judgeClock(aheadS: number | undefined): readonly Finding[] {
  if (aheadS === undefined || Math.abs(aheadS) < CLOCK_S) return [];
  const way = aheadS > 0 ? 'ahead of' : 'behind';
  return [
    warn(
      'home',
      `Its clock is ${Math.abs(aheadS)} s ${way} the hub’s.`,
      'Set both machines by a time server: histories and automations would be off.',
    ),
  ];
}

/** Calendar versions: year, then month. */
export function isOlder(version: string, than: string): boolean {
  const [year = 0, month = 0] = version.split('.').map(Number);
  const [thanYear = 0, thanMonth = 0] = than.split('.').map(Number);
  return year < thanYear || (year === thanYear && month < thanMonth);
}
