import type { Readable } from 'node:stream';
import { Fault } from '@hub/core/fault.ts';
import { faultFromWire } from '@hub/core/fault-wire.ts';
import { jsonLines } from '@hub/ha/remote-wire.ts';
import { UNNAMED_ONLY } from '@hub/jobs/call-end.ts';
import { currentTraceparent, inSpan, SpanKind } from '@hub/runtime/spans.ts';
import type { CallResult } from '../envelope.ts';
import type { Elsewhere } from '../gate-deps.ts';
import { CALL_DEADLINE_MS } from '../interruption.ts';
import type { CallRequest, Run } from '../run.ts';
import { waitedElsewhere } from '../upstream-clock.ts';
import { type Ask, type AskDeps, askHolder, NOT_HELD } from './ask-holder.ts';
import { byRequest, NAMED_CALL } from './holder-request.ts';
import { unpackAnswer } from './line-answer.ts';
import { TENANT } from './remote-homes.ts';

/** A call on its way to another replica: ids and arguments, and no secret that opens anything. */
export interface ForwardedCall {
  readonly homeId: string;
  readonly tenantId: string;
  readonly connectorId: string;
  readonly name: string;
  readonly args: unknown;
  readonly clientName?: string | undefined;
  readonly conversation?: string | undefined;
  readonly handOverAfterMs?: number | undefined;
  readonly callId?: string | undefined;
  readonly meta?: CallRequest['meta'];
}

export type ForwardedProgress = readonly [done: number, total: number | null, message: string];

/** One line of an answer that comes by request: any number of `progress`, then one of the others. */
export interface ForwardedLine {
  readonly progress?: ForwardedProgress;
  readonly result?: CallResult;
  /** Beside the result: how long the holder waited for the home. */
  readonly upstreamMs?: number;
  readonly fault?: unknown;
}

/** Sends calls to the replica that holds their home: decided here as far as the arguments tell, decided again and run there. */
export function forwardCalls({ places, peers }: AskDeps): Elsewhere {
  return {
    isHere: places.isHere,
    holdOf: places.holdOf,
    async call(run, home, isRead) {
      const { request, limit } = run;
      if (request.isForwarded) throw moved();
      return inSpan('holder', { kind: SpanKind.CLIENT }, async () => {
        const question = {
          homeId: home.id,
          signal: limit.signal,
          deadlineMs: CALL_DEADLINE_MS,
          isRepeatable: isRead,
        };
        const body = JSON.stringify(wireOf(run, home.id));
        const asking = { ...question, body };
        const ask = request.callId === undefined ? byLine(peers, asking, request) : byName(peers, asking, request);
        const answer = await askHolder(places, question, ask);
        if (answer === 'here') return undefined;
        waitedElsewhere(answer.upstreamMs);
        return answer.result;
      });
    },
  };
}

interface Answered {
  readonly result: CallResult;
  readonly upstreamMs: number;
}

interface Asking {
  readonly homeId: string;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** A call under an id made beforehand; a replica of a version without does not know the path, and takes nothing. */
function byName(peers: AskDeps['peers'], call: Asking, request: CallRequest): Ask<Answered> {
  return async (place, signal) => {
    const headers = { 'content-type': 'application/json', [TENANT]: request.connector.tenantId };
    const answer = await byRequest(peers, { ...call, act: NAMED_CALL, headers })(place, signal);
    if (answer === NOT_HELD) return NOT_HELD;
    if (answer.statusCode !== 404) return readLines(answer, tellOf(request));
    answer.resume();
    throw unnamedOnly();
  };
}

/** Over the line to that replica; by request to one of a version without, or where the line has no room for it. */
function byLine(peers: AskDeps['peers'], call: Asking, request: CallRequest): Ask<Answered> {
  const tell = tellOf(request);
  return async (place, signal) => {
    const line = await peers.line(place.address);
    if (!line?.hasRoomFor(call.body)) {
      const headers = { 'content-type': 'application/json' };
      const answer = await byRequest(peers, { ...call, act: 'call', headers })(place, signal);
      return answer === NOT_HELD ? NOT_HELD : readLines(answer, tell);
    }
    const onNote = (text: string) => tell(JSON.parse(text) as ForwardedProgress);
    const answer = unpackAnswer(await line.ask({ text: call.body, signal, onNote }));
    if (answer.kind === 'fault') throw answer.fault;
    return answer.kind === 'not_held' ? NOT_HELD : answer;
  };
}

function tellOf({ progress }: CallRequest): (said: ForwardedProgress) => void {
  return ([done, total, message]) => progress?.(done, total ?? undefined, message);
}

/** @throws Fault the holder's own | Error when the answer broke off */
async function readLines(answer: Readable, tell: (progress: ForwardedProgress) => void): Promise<Answered> {
  let last: ForwardedLine = {};
  // To its end, as an answer that is left before costs the connection, and the next call a handshake.
  for await (const line of jsonLines(answer)) {
    last = line as ForwardedLine;
    if (last.progress) tell(last.progress);
  }
  const { result, upstreamMs = 0, fault } = last;
  if (result) return { result, upstreamMs };
  throw faultFromWire(fault) ?? new Error('the answer ended before the result');
}

function wireOf({ request, prepared }: Run, homeId: string): ForwardedCall {
  const { connector, clientName, conversation, handOverAfterMs, callId, meta } = request;
  const { tenantId, id: connectorId } = connector;
  const traceparent = currentTraceparent();
  return {
    ...{ homeId, tenantId, connectorId, name: prepared.tool.name, args: withHome(request.args, homeId) },
    ...{ clientName, conversation, handOverAfterMs, callId },
    meta: traceparent === undefined ? meta : { ...meta, traceparent },
  };
}

/** The same home, by the name that cannot come to mean another on the way. */
function withHome(args: unknown, home: string): unknown {
  return args !== null && typeof args === 'object' && !Array.isArray(args) ? { ...args, home } : args;
}

/** While replicas are brought to this version one by one. */
function unnamedOnly(): Fault {
  return new Fault('RESOURCE_LOCKED', 'The replica that holds this home is of an older version.', {
    suggestion: 'Nothing was sent.',
    context: { [UNNAMED_ONLY]: true },
  });
}

function moved(): Fault {
  return new Fault('CONNECTION_FAILED', 'The link of this home moves between replicas just now.', {
    suggestion: 'Nothing was sent. Retry in a second.',
  });
}
