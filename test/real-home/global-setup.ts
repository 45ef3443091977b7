import { once } from 'node:events';
import { createServer } from 'node:http';
import type { TestProject } from 'vitest/node';
import type { HomeAccess, RealHome } from './home-access.ts';
import { realHome } from './launch.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where tests ask for the run's real home; describe-real.ts does. */
    readonly realHomeDesk: string;
  }
}

/** What the desk answers. */
export type DeskAnswer = { readonly home: HomeAccess } | { readonly reason: string };

let takeDown: (() => Promise<void>) | undefined;

/**
 * One real home for all files of a vitest run, started when the first of them asks. Test files live in processes of
 * their own, so they ask over HTTP on 127.0.0.1; whoever asks may wait for the start.
 */
export async function setup(project: TestProject): Promise<void> {
  let home: Promise<RealHome | undefined> | undefined;
  const answer = async (): Promise<DeskAnswer> => {
    home ??= realHome();
    try {
      const { url, token, readOnlyToken, configDir } = (await home) ?? {};
      return url && token ? { home: { url, token, readOnlyToken, configDir } } : { reason: 'there is none here' };
    } catch (error) {
      return { reason: error instanceof Error ? error.message : String(error) };
    }
  };
  const desk = createServer(async (_request, response) => response.end(JSON.stringify(await answer())));
  desk.listen(0, '127.0.0.1');
  await once(desk, 'listening');
  const address = desk.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  project.provide('realHomeDesk', `http://127.0.0.1:${address.port}`);

  takeDown = async () => {
    desk.closeAllConnections();
    desk.close();
    await (await home?.catch(() => undefined))?.[Symbol.asyncDispose]();
  };
}

export async function teardown(): Promise<void> {
  await takeDown?.();
}
