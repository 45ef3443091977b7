import { chrootObstacle, startInChroot } from './chroot.ts';
import { containerObstacle, startInContainer } from './container.ts';
import type { RealHome, StartOptions } from './home-access.ts';

/** No way to a real home leads from this machine; the message names each and what it lacks. */
class NoRealHome extends Error {}

/** REQUIRE_REAL=1: a real home that is missing is a failure and not a skip. */
export const isRealRequired = () => process.env['REQUIRE_REAL'] === '1';

/** Could `startRealHome` start one here? Under REQUIRE_REAL=1 it has to. */
export async function canStartRealHome(): Promise<boolean> {
  return isRealRequired() || (await containerObstacle()) === undefined || chrootObstacle() === undefined;
}

/**
 * Starts a home of its own, to be restarted, killed or filled at will: in a container, else in a chroot.
 * About 10 s and 300 MB; the very first in a chroot takes 2 to 3 minutes.
 * @throws {NoRealHome} when this machine has neither
 */
export async function startRealHome(options: StartOptions = {}): Promise<RealHome> {
  const noContainer = await containerObstacle();
  if (noContainer === undefined) return await startInContainer(options);
  const noChroot = chrootObstacle();
  if (noChroot === undefined) return await startInChroot(options);
  throw new NoRealHome(`${noContainer}; ${noChroot}`);
}

/** A home that runs anyway: REAL_HOME_URL with REAL_HOME_TOKEN (and REAL_HOME_READ_ONLY_TOKEN). It cannot be stopped from here. */
function givenHome(): RealHome | undefined {
  const { REAL_HOME_URL: url, REAL_HOME_TOKEN: token, REAL_HOME_READ_ONLY_TOKEN: readOnlyToken } = process.env;
  if (!url || !token) return undefined;
  const refuse = () => Promise.reject(new NoRealHome('the home of REAL_HOME_URL is not ours to stop or start'));
  return {
    way: 'given',
    url: url.replace(/\/+$/, ''),
    token,
    readOnlyToken,
    configDir: undefined,
    kill: refuse,
    start: refuse,
    pause: refuse,
    resume: refuse,
    stop: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/**
 * The real home to test against: the one of REAL_HOME_URL, else one started here. Undefined, with the reason on stderr,
 * when there is none.
 * @throws {Error} under REQUIRE_REAL=1 instead
 */
export async function realHome(options: StartOptions = {}): Promise<RealHome | undefined> {
  try {
    return givenHome() ?? (await startRealHome(options));
  } catch (error) {
    if (isRealRequired()) throw error;
    console.error(`no real Home Assistant: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}
