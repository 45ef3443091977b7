import type { IncomingMessage, ServerResponse } from 'node:http';
import { Fault } from '@hub/core/fault.ts';
import type { ForwardedLine, ForwardedProgress } from '@hub/gate/cluster/forward.ts';
import { type LineAnswer, packAnswer } from '@hub/gate/cluster/line-answer.ts';
import type { Places } from '@hub/gate/cluster/places.ts';
import type { Gate } from '@hub/gate/gate.ts';
import { withUpstreamClock } from '@hub/gate/upstream-clock.ts';
import { EVENTS, readJson } from '@hub/ha/remote-wire.ts';
import type { LineAsk } from '@hub/runtime/peer-line-door.ts';
import { z } from 'zod';
import type { Directory } from '../directory.ts';

export interface ForwardedDeps {
  readonly gate: Pick<Gate, 'call'>;
  readonly directory: Pick<Directory, 'findById'>;
}

const callShape = z.object({
  tenantId: z.uuid(),
  connectorId: z.uuid(),
  name: z.string(),
  args: z.unknown(),
  clientName: z.string().optional(),
  conversation: z.string().optional(),
  handOverAfterMs: z.number().optional(),
  callId: z.uuid().optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
});
const addressedShape = callShape.extend({ homeId: z.uuid() });

/** Decided by this replica's own knowledge of the connector; the other one sent nothing but its id. @throws Fault HOME_NOT_FOUND */
async function runHere(
  { gate, directory }: ForwardedDeps,
  homeId: string,
  { tenantId, connectorId, ...asked }: z.output<typeof callShape>,
  signal: AbortSignal,
  tell: (progress: ForwardedProgress) => void,
) {
  const known = await directory.findById(tenantId, connectorId);
  if (!known?.access.homes.some(({ id }) => id === homeId)) throw notReached();
  const { value: result, upstreamMs } = await withUpstreamClock(() =>
    gate.call({
      ...asked,
      connector: known.access,
      signal,
      progress: (done, total, message) => tell([done, total ?? null, message]),
      isForwarded: true,
    }),
  );
  return { result, upstreamMs };
}

/** A call that came over a line. @throws only what is a bug */
export async function answerByLine(
  deps: ForwardedDeps & { readonly places: Places },
  isHere: (places: Places, homeId: string) => Promise<boolean>,
  { text, signal, note }: LineAsk,
): Promise<string> {
  const { homeId, ...call } = addressedShape.parse(JSON.parse(text));
  const answer = async (): Promise<LineAnswer> => {
    if (!(await isHere(deps.places, homeId))) return { kind: 'not_held' };
    return { kind: 'result', ...(await runHere(deps, homeId, call, signal, (said) => note(JSON.stringify(said)))) };
  };
  return packAnswer(
    await answer().catch((error: unknown): LineAnswer => {
      if (error instanceof Fault) return { kind: 'fault', fault: error };
      throw error;
    }),
  );
}

/** The same from a replica that has no line to this one, or no room on it. */
export async function answerByRequest(
  deps: ForwardedDeps,
  homeId: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort(new Error('the other replica went away')));
  const tell = (line: ForwardedLine) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': EVENTS });
    response.write(`${JSON.stringify(line)}\n`);
  };
  const call = callShape.parse(await readJson(request));
  tell(await runHere(deps, homeId, call, gone.signal, (progress) => tell({ progress })));
  response.end();
}

function notReached(): Fault {
  return new Fault('HOME_NOT_FOUND', 'The connector may no longer be used, or no longer reaches this home.', {
    suggestion: 'Ask the owner for a connector that reaches it.',
  });
}
