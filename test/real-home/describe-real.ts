import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, inject, it } from 'vitest';
import type { DeskAnswer } from './global-setup.ts';
import type { HomeAccess } from './home-access.ts';
import { isRealRequired } from './launch.ts';

/** Asks the desk of global-setup.ts; not with fetch, which gives up after five minutes while a first install may go on. */
async function ask(): Promise<DeskAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request(inject('realHomeDesk'), (response) => text(response).then(resolve, reject))
    .on('error', reject)
    .end();
  return JSON.parse(await promise);
}

let shared: Promise<HomeAccess | undefined> | undefined;

/**
 * The real home that all test files of this run share; started when first asked for (10 s). Undefined when there is none.
 * Leave it as you found it: remove what you make, and name it after your test.
 * @throws {Error} under REQUIRE_REAL=1 when there is none
 */
export function sharedRealHome(): Promise<HomeAccess | undefined> {
  shared ??= ask().then((answer) => {
    if ('home' in answer) return answer.home;
    if (isRealRequired()) throw new Error(`REQUIRE_REAL=1 and no real Home Assistant: ${answer.reason}`);
    return undefined;
  });
  return shared;
}

/**
 * Tests against the shared real home; skipped when there is none. It must be awaited at the top of the file:
 *
 *     await describeReal('a direct link', (home) => { it('…', async () => { … home.url … }) });
 */
export async function describeReal(title: string, body: (home: HomeAccess) => void): Promise<void> {
  const home = await sharedRealHome();
  if (home) describe(title, () => body(home));
  else describe.skip(title, () => it('needs a real Home Assistant', () => undefined));
}

/** One test against the shared real home: `itReal('title', async ({ home }) => { … })`. */
export const itReal = it.extend<{ home: HomeAccess }>({
  home: async ({ skip }, use) => {
    const home = await sharedRealHome();
    if (!home) return skip('there is no real Home Assistant here');
    await use(home);
  },
});
