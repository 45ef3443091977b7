import { type Effect, exceeds } from '@hub/core/effect.ts';
import { Fault, withoutDoubt } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import { inSpan } from '@hub/runtime/spans.ts';
import { previewing } from '@hub/tools/undo/preview.ts';
import { aim } from './aim.ts';
import { callSignal } from './call-signal.ts';
import type { ConnectorAccess } from './connector-access.ts';
import { assertAllowed, assertApproved, refuse } from './decide.ts';
import { asFault, type CallResult, faultResult } from './envelope.ts';
import { expandedEffect } from './expanded-effect.ts';
import type { GateDeps } from './gate-deps.ts';
import { beforeTheEnd, CALL_DEADLINE_MS, interruption } from './interruption.ts';
import { isPreview } from './is-preview.ts';
import { listKeyOf, profileOf } from './list-profile.ts';
import { assertNamesVisible } from './open-home.ts';
import type { ListedTool } from './prepared-tool.ts';
import { holdsRedacted } from './redact.ts';
import { createKey } from './repeated-creates.ts';
import { type CallRequest, entryOf, guidedCall, type Run } from './run.ts';
import { runTool } from './run-tool.ts';
import { findTool, readArguments } from './understand.ts';

export interface Gate {
  /** What this client sees of it; the same array until it changes. */
  list(connector: ConnectorAccess, clientName?: string | undefined): readonly ListedTool[];
  /** Differs when the list of any client would. */
  listKey(connector: ConnectorAccess): string;
  isTool(name: string): boolean;
  /** Never throws: every outcome is an answer. */
  call(request: CallRequest): Promise<CallResult>;
}

const MAX_NESTING = 4;
/** The tool that calls wants an answer, and is where its home is; each call of its own has an id of its own. */
const NESTED = { handOverAfterMs: undefined, isForwarded: false, callId: undefined } as const;

/** The one way from any door to any tool. */
export function createGate(deps: GateDeps): Gate {
  return {
    list: (connector, clientName) => deps.catalogue.list(profileOf(deps.catalogue, connector, clientName)),
    listKey: (connector) => listKeyOf(deps.catalogue, connector),
    isTool: (name) => deps.catalogue.names.has(name),
    call: (request) => callTool(deps, request, 0),
  };
}

async function callTool(deps: GateDeps, given: CallRequest, depth: number): Promise<CallResult> {
  const { callId = newId() } = given;
  const { fault: astray, ...aimed } = aim(deps.catalogue, given.connector.settings, given.name, given.args);
  const request = { ...given, ...aimed };
  const call = {
    name: request.name,
    callId,
    tenantId: request.connector.tenantId,
    meta: depth === 0 ? request.meta : undefined,
    isForwarded: request.isForwarded ?? false,
  };
  return deps.observer.observe(call, async (observed) => {
    try {
      using _place = request.isForwarded ? undefined : deps.traffic.enter(request.connector.id);
      if (astray) throw astray;
      const prepared = findTool(deps.catalogue, request);
      const { home, input } = readArguments(prepared, request);
      observed.about(home?.id);
      using limit = callSignal(request.signal, CALL_DEADLINE_MS);
      const nested = async (name: string, args: unknown) => {
        if (depth < MAX_NESTING)
          return callTool(deps, { ...request, ...NESTED, name, args, signal: limit.signal }, depth + 1);
        throw new Fault('VALIDATION_FAILED', `Tools may call tools at most ${MAX_NESTING} deep.`);
      };
      return await decideAndRun(deps, { request, callId, prepared, home, input, limit, nested });
    } catch (error) {
      const fault = asFault(error, callId);
      observed.failed(fault);
      return faultResult(fault);
    }
  });
}

/** Policy twice: on the tool's own effect before a link is opened or the call goes to the replica that has it, and where the home is held. */
async function decideAndRun(deps: GateDeps, run: Run): Promise<CallResult> {
  const { request, prepared, home, input } = run;
  const own = typeof prepared.tool.effect === 'string' ? prepared.tool.effect : prepared.tool.effect.of(input);
  assertAllowed(deps, run, own);
  if (home && deps.elsewhere && !deps.elsewhere.isHere(home.id)) {
    const answer = await deps.elsewhere.call(run, home, own === 'read');
    if (answer) return answer;
  }
  const { opened, effect } = await inSpan('policy', {}, () => decide(deps, run, own)).catch((error: unknown) => {
    // Nothing was sent, even where an approval may have been spent.
    throw withoutDoubt(error);
  });
  const entry = entryOf(run, effect);
  if (isPreview(input)) return runTool(deps, run, opened, entry, previewing);
  if (own !== 'configure' || !opened || !home) return runTool(deps, run, opened, entry);
  const attempt = {
    key: createKey(request.connector.id, prepared.tool.name, home.id, input),
    view: opened.view,
    signal: run.limit.signal,
    onRepeated: (fault: Fault | undefined) =>
      deps.trail.note(entry, { outcome: fault ? 'refused' : 'done', faultCode: fault?.code, durationMs: 0 }),
  };
  return deps.repeatedCreates
    .once(attempt, (watch) => runTool(deps, run, opened, entry, watch))
    .catch((error: unknown) => {
      throw interruption(error, run, false);
    });
}

/** Where the home is held: on the expanded target, before anything is sent. */
async function decide(deps: GateDeps, run: Run, own: Effect) {
  const { request, prepared, home, input } = run;
  if (own !== 'read' && holdsRedacted(input)) throw sentBack();
  const unread = await deps.bestPractice.refusal(guidedCall(run));
  if (unread) refuse(deps, run, own, unread);
  const { opened, effect, reached } = await beforeTheEnd(run, async () => {
    const opened = home ? await deps.openHome(home, request.connector) : undefined;
    const actions = opened?.visibility ? (prepared.tool.targets?.(input) ?? []).map(({ action }) => action) : [];
    await assertNamesVisible(opened, [input, actions]);
    return { opened, ...(await expandedEffect(prepared.tool, input, opened)) };
  });
  if (exceeds(effect, own)) assertAllowed(deps, run, effect);
  await assertApproved(deps, run, effect, reached);
  return { opened, effect };
}

/** The home would take the mark for the secret. */
function sentBack(): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', 'The arguments hold <redacted>, which stands for a secret.', {
    suggestion: 'Leave these fields as they are (change the others alone, e.g. by python_transform), or ask the user.',
  });
}
