import type { IncomingMessage } from 'node:http';
import type { RemoteAsk } from '@hub/ha/remote.ts';
import type { RemoteAct } from '@hub/ha/remote-wire.ts';
import { currentTraceparent } from '@hub/runtime/spans.ts';
import { type Ask, type AskDeps, NOT_HELD } from './ask-holder.ts';

/** A call under an id made beforehand: a path of its own, as a replica that does not know it would run the call under another. */
export const NAMED_CALL = 'namedcall';

export interface HolderRequest extends Pick<RemoteAsk, 'headers' | 'body' | 'signal'> {
  readonly homeId: string;
  readonly act: RemoteAct | 'call' | typeof NAMED_CALL;
}

/** A question as an HTTPS request of its own. Its answer is there with its head; what follows still ends with the request's signal. */
export function byRequest(
  peers: Pick<AskDeps['peers'], 'send'>,
  { homeId, act, headers, body, signal: asking }: HolderRequest,
): Ask<IncomingMessage> {
  return async ({ address }, signal) => {
    const traceparent = currentTraceparent();
    const answer = await peers.send({
      address,
      path: `/homes/${homeId}/${act}`,
      headers: { ...headers, ...(traceparent !== undefined && { traceparent }) },
      ...(body === undefined ? {} : { body }),
      signal,
    });
    if (answer.statusCode === NOT_HELD) {
      answer.resume();
      return NOT_HELD;
    }
    const end = () => answer.destroy(new Error('the question was withdrawn', { cause: asking?.reason }));
    asking?.addEventListener('abort', end, { once: true });
    answer.once('close', () => asking?.removeEventListener('abort', end));
    return answer;
  };
}
