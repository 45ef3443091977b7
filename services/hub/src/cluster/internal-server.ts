import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '@hub/core/fault.ts';
import { faultToWire } from '@hub/core/fault-wire.ts';
import { pause } from '@hub/core/pause.ts';
import type { Database } from '@hub/db/database.ts';
import { assertAttemptRuns } from '@hub/db/job-steps.ts';
import { NOT_HELD } from '@hub/gate/cluster/ask-holder.ts';
import { NAMED_CALL } from '@hub/gate/cluster/holder-request.ts';
import type { Places } from '@hub/gate/cluster/places.ts';
import { CALLER, callerOf, TENANT } from '@hub/gate/cluster/remote-homes.ts';
import { fencedHome } from '@hub/gate/fenced-home.ts';
import type { Holder } from '@hub/gate/holder.ts';
import { answerRemote } from '@hub/ha/remote-door.ts';
import { REMOTE_ACTS, type RemoteAct } from '@hub/ha/remote-wire.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import { answerJson, createPeerServer, type PeerKeys } from '@hub/runtime/peer.ts';
import { answerLines } from '@hub/runtime/peer-line-door.ts';
import { continueTrace, SpanKind } from '@hub/runtime/spans.ts';
import { z } from 'zod';
import { answerByLine, answerByRequest, type ForwardedDeps } from './forwarded-calls.ts';

export interface InternalDeps extends ForwardedDeps {
  readonly db: Database;
  readonly keys: PeerKeys;
  readonly places: Places;
  readonly homes: Pick<Holder, 'hold'>;
  readonly metrics: Pick<Metrics, 'inflightRequests'>;
  readonly log: Log;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
/** Who asks is told where not to ask by then; a question that meets the closing of this door would be lost. */
const QUIET_MS = 1_000;
const PATH = new RegExp(`^/homes/(${UUID})/([a-z]+)$`);

export interface InternalServer {
  /** @throws the system's error when the address is taken */
  listen(host: string, port: number): Promise<void>;
  /** Resolves when no call of another replica runs here and none has come for a second, or after `withinMs`. */
  settled(withinMs: number): Promise<void>;
  close(): void;
}

/** Calls and home links from other processes of the cluster, for homes held here. Anything else is told where it does not belong. */
export function createInternalServer(deps: InternalDeps): InternalServer {
  const running = new Set<Promise<unknown>>();
  let askedAt = Number.NEGATIVE_INFINITY;
  const count = () => deps.metrics.inflightRequests.set({ kind: 'internal' }, running.size);
  const counted = <T>(answering: Promise<T>): Promise<T> => {
    askedAt = performance.now();
    const one = answering.finally(() => {
      running.delete(one);
      count();
    });
    running.add(one);
    count();
    return one;
  };
  const server = createPeerServer(deps.keys, (request, response) => {
    const answering = answer(deps, request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return void response.destroy();
      if (error instanceof Fault) return answerJson(response, 200, { fault: faultToWire(error) });
      deps.log.error({ err: error }, 'a request of another replica met a bug');
      response.destroy();
    });
    void counted(answering);
  });
  const endLines = answerLines(server, (ask) => {
    const answering = answerByLine(deps, isHere, ask).catch((error: unknown) => {
      deps.log.error({ err: error }, 'a call of another replica met a bug');
      throw error;
    });
    return counted(answering);
  });
  return {
    async listen(host, port) {
      server.listen(port, host);
      await once(server, 'listening');
    },
    async settled(withinMs) {
      const late = AbortSignal.timeout(withinMs);
      while (!late.aborted) {
        await Promise.race([Promise.allSettled(running), pause(withinMs, late)]);
        const quietMs = performance.now() - askedAt;
        if (running.size === 0 && quietMs >= QUIET_MS) return;
        await pause(QUIET_MS - quietMs, late);
      }
    },
    close() {
      server.close();
      server.closeAllConnections();
      endLines();
    },
  };
}

async function answer(deps: InternalDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, homeId, act] = PATH.exec(request.url ?? '') ?? [];
  if (homeId === undefined) return answerJson(response, 404, {});
  if (!(await isHere(deps.places, homeId))) return answerJson(response, NOT_HELD, {});
  if (act === 'call' || act === NAMED_CALL) return answerByRequest(deps, homeId, request, response);
  const tenantId = z.uuid().parse(request.headers[TENANT]);
  if (!isRemoteAct(act)) return answerJson(response, 404, {});
  const caller = callerOf(request.headers[CALLER]);
  const held = (await deps.homes.hold(tenantId, homeId)).home;
  const home = caller ? fencedHome(held, () => assertAttemptRuns(deps.db, { tenantId, ...caller })) : held;
  const { traceparent } = request.headers;
  const run = () => answerRemote(home, act, request, response);
  // A subscription outlives what asked for it, and so would its span.
  if (typeof traceparent !== 'string' || act === 'subscribe') return run();
  const attributes = { 'hub.home.id': homeId, 'hub.tenant.id': tenantId };
  await continueTrace(`held ${act}`, { kind: SpanKind.SERVER, attributes }, traceparent, run);
}

/** One that is leaving, or has just lost its lease, has none: whoever asks looks for another. */
async function isHere(places: Places, homeId: string): Promise<boolean> {
  return places.locateAnew(homeId).then(
    (place) => place === 'here',
    (error: unknown) => {
      if (error instanceof Fault && error.code === 'CONNECTION_FAILED') return false;
      throw error;
    },
  );
}

function isRemoteAct(act: string | undefined): act is RemoteAct {
  return REMOTE_ACTS.some((one) => one === act);
}
