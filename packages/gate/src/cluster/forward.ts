import type { Readable } from 'node:stream';
import { Fault } from '@hub/core/fault.ts';
import { faultFromWire } from '@hub/core/fault-wire.ts';
import { jsonLines } from '@hub/ha/remote-wire.ts';
import { currentTraceparent, inSpan, SpanKind } from '@hub/runtime/spans.ts';
import type { CallResult } from '../envelope.ts';
import type { Elsewhere } from '../gate-deps.ts';
import { CALL_DEADLINE_MS } from '../interruption.ts';
import type { CallRequest, Run } from '../run.ts';
import { waitedElsewhere } from '../upstream-clock.ts';
import { type AskDeps, askHolder, lostAnswer } from './ask-holder.ts';

/** A call on its way to another replica: ids and arguments, and no secret that opens anything. */
export interface ForwardedCall {
  readonly tenantId: string;
  readonly connectorId: string;
  readonly name: string;
  readonly args: unknown;
  readonly clientName?: string | undefined;
  readonly conversation?: string | undefined;
  readonly handOverAfterMs?: number | undefined;
  readonly meta?: CallRequest['meta'];
}

/** One line of the answer: any number of `progress`, then one of the others. */
export interface ForwardedLine {
  readonly progress?: readonly [done: number, total: number | null, message: string];
  readonly result?: CallResult;
  /** Beside the result: how long the holder waited for the home. */
  readonly upstreamMs?: number;
  readonly fault?: unknown;
}

/** Sends calls to the replica that holds their home: decided here as far as the arguments tell, decided again and run there. */
export function forwardCalls(deps: AskDeps): Elsewhere {
  return {
    isHere: deps.places.isHere,
    async call(run, home, isRead) {
      const { request, limit } = run;
      if (request.isForwarded) throw moved();
      return inSpan('holder', { kind: SpanKind.CLIENT }, async () => {
        const answer = await askHolder(deps, {
          homeId: home.id,
          act: 'call',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ ...wireOf(run), args: withHome(request.args, home.id) }),
          signal: limit.signal,
          deadlineMs: CALL_DEADLINE_MS,
          isRepeatable: isRead,
        });
        return answer === 'here' ? undefined : readAnswer(answer, request, !isRead);
      });
    },
  };
}

/** @throws Fault the holder's own, or that the answer broke off */
async function readAnswer(answer: Readable, request: CallRequest, isWrite: boolean): Promise<CallResult> {
  let last: ForwardedLine = {};
  try {
    // To its end, as an answer that is left before costs the connection, and the next call a handshake.
    for await (const line of jsonLines(answer)) {
      last = line as ForwardedLine;
      const { progress } = last;
      if (progress) request.progress?.(progress[0], progress[1] ?? undefined, progress[2]);
    }
  } catch (error) {
    throw lostAnswer(isWrite, error);
  }
  const { result, upstreamMs = 0, fault } = last;
  if (!result) throw faultFromWire(fault) ?? lostAnswer(isWrite);
  waitedElsewhere(upstreamMs);
  return result;
}

function wireOf({ request, prepared }: Run): Omit<ForwardedCall, 'args'> {
  const { connector, clientName, conversation, handOverAfterMs, meta } = request;
  const { tenantId, id: connectorId } = connector;
  const traceparent = currentTraceparent();
  const traced = traceparent === undefined ? meta : { ...meta, traceparent };
  const name = prepared.tool.name;
  return { tenantId, connectorId, name, clientName, conversation, handOverAfterMs, meta: traced };
}

/** The same home, by the name that cannot come to mean another on the way. */
function withHome(args: unknown, home: string): unknown {
  return args !== null && typeof args === 'object' && !Array.isArray(args) ? { ...args, home } : args;
}

function moved(): Fault {
  return new Fault('CONNECTION_FAILED', 'The link of this home moves between replicas just now.', {
    suggestion: 'Nothing was sent. Retry in a second.',
  });
}
