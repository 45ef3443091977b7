import type { IncomingMessage } from 'node:http';
import { Fault } from '@hub/core/fault.ts';
import type { Home } from '@hub/ha/home.ts';
import { createRemoteHome } from '@hub/ha/remote.ts';
import { z } from 'zod';
import { type Ask, type AskDeps, askHolder, lostAnswer, NOT_HELD } from './ask-holder.ts';
import { byRequest } from './holder-request.ts';
import type { Places } from './places.ts';
import { watchLease } from './watch-lease.ts';

/** Who asks, where that is a job: a holder takes writes of the attempt that runs, and of no earlier one. */
export interface RemoteCaller {
  readonly jobId: string;
  readonly attempt: number;
}

/** Header that names job and attempt: `<id>:<attempt>`. */
export const CALLER = 'x-hub-job';

const callerShape = z.tuple([z.uuid(), z.coerce.number().int()]);

/** Who asks, by that header; undefined for who is no job. @throws ZodError for what is no such header */
export function callerOf(header: string | string[] | undefined): RemoteCaller | undefined {
  if (header === undefined) return undefined;
  const [jobId, attempt] = callerShape.parse(String(header).split(':'));
  return { jobId, attempt };
}

/** Header with the tenant whose home it is. */
export const TENANT = 'x-hub-tenant';

/** The home through its holder. No credential of the home is needed here, and its link stays the only one. */
export function openRemoteHome(
  deps: AskDeps,
  { tenantId, homeId }: { readonly tenantId: string; readonly homeId: string },
  caller?: RemoteCaller,
): Home {
  return createRemoteHome({
    id: homeId,
    async ask({ act, headers, body, ...question }) {
      const named = {
        ...headers,
        [TENANT]: tenantId,
        ...(caller && { [CALLER]: `${caller.jobId}:${caller.attempt}` }),
      };
      const request = { homeId, act, headers: named, signal: question.signal, ...(body === undefined ? {} : { body }) };
      const isSpent = () => typeof body === 'object' && body.readableDidRead;
      const answer = await askHolder(
        deps.places,
        { ...question, homeId, isSpent },
        watched(deps.places, byRequest(deps.peers, request)),
      );
      if (answer !== 'here') return answer;
      // Taken over in this moment: whoever holds the remote link lets go of it and opens the direct one.
      throw new Fault('CONNECTION_FAILED', 'The link of this home moved here.', { suggestion: 'Retry.' });
    },
  });
}

/** What follows the head, a file or events, ends with the lease of a holder that dies without a word. */
function watched(places: Places, ask: Ask<IncomingMessage>): Ask<IncomingMessage> {
  return async (place, signal) => {
    const answer = await ask(place, signal);
    if (answer === NOT_HELD) return NOT_HELD;
    const lease = watchLease(places, place, () => answer.destroy(lostAnswer(false)));
    answer.once('close', () => lease[Symbol.dispose]());
    return answer;
  };
}
