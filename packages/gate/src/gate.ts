import { type Effect, exceeds } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import type { FaultCode } from '@hub/core/fault-codes.ts';
import { newId } from '@hub/core/ids.ts';
import { isToAsk, type PolicyQuestion, refusal } from '@hub/core/policy.ts';
import type { View } from '@hub/ha/view.ts';
import type { EditsPort, Question, ToolContext } from '@hub/tools/define.ts';
import { nothingToWrite, PreviewReached, previewing } from '@hub/tools/undo/preview.ts';
import { aim } from './aim.ts';
import type { Approvals, Asked } from './approvals.ts';
import { argumentFault } from './argument-fault.ts';
import type { BestPractice, GuidedCall } from './best-practice.ts';
import { type CallSignal, callSignal, untilAborted } from './call-signal.ts';
import type { Catalogue } from './catalogue.ts';
import { chooseHome } from './choose-home.ts';
import { coerce } from './coerce.ts';
import { type ConnectorAccess, type HomeAccess, validityOf } from './connector-access.ts';
import { assertShallow } from './depth.ts';
import { withPlaces } from './elsewhere.ts';
import { asFault, type CallResult, faultResult, listResult, successResult } from './envelope.ts';
import { expandedEffect, isStoredFirst } from './expanded-effect.ts';
import { restored } from './harmless.ts';
import { hidingEdits } from './hiding-edits.ts';
import { isPreview } from './is-preview.ts';
import { listKeyOf, profileOf, shortProfileOf } from './list-profile.ts';
import type { CallObserver, RuleClass } from './observe.ts';
import { assertNamesVisible, type OpenHome, shownFault, shownResult } from './open-home.ts';
import type { ListedTool, PreparedTool } from './prepared-tool.ts';
import { holdsRedacted } from './redact.ts';
import { createKey, type RepeatedCreates } from './repeated-creates.ts';
import { SEARCH_TOOL } from './search-tools.ts';
import { isOff } from './tool-pins.ts';
import type { Traffic } from './traffic.ts';
import type { Trail, TrailEnd, TrailEntry } from './trail.ts';
import { assertWellFormed } from './well-formed.ts';
import { judgingDialogues, judgingWrites } from './written-effect.ts';

/** One call of a tool, from whatever door. */
export interface CallRequest {
  readonly connector: ConnectorAccess;
  readonly name: string;
  readonly args: unknown;
  readonly signal: AbortSignal;
  readonly progress?: ((done: number, total: number | undefined, message: string) => void) | undefined;
  readonly clientName?: string | undefined;
  /** Tells one conversation from another where the protocol does; the client's name stands in for it elsewhere. */
  readonly conversation?: string | undefined;
  /** MCP `_meta`, for the trace parent. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

export interface Gate {
  /** What this client sees of it; the same array until it changes. */
  list(connector: ConnectorAccess, clientName?: string | undefined): readonly ListedTool[];
  /** Differs when the list of any client would. */
  listKey(connector: ConnectorAccess): string;
  isTool(name: string): boolean;
  /** Never throws: every outcome is an answer. */
  call(request: CallRequest): Promise<CallResult>;
}

/** What a tool's context is made of besides the call itself. */
export type ContextFactory = (call: {
  readonly request: CallRequest;
  readonly callId: string;
  readonly tool: string;
  readonly home: HomeAccess | undefined;
  readonly view: View | undefined;
  readonly signal: AbortSignal;
  /** The caller's list is the short one. */
  readonly isSearching: boolean;
  readonly nested: (name: string, args: unknown) => Promise<CallResult>;
  readonly ask: (question: Question) => Promise<void>;
  /** Stands between the tool and its edits. */
  readonly throughEdits: (edits: EditsPort) => EditsPort;
}) => ToolContext;

export interface GateDeps {
  readonly catalogue: Catalogue;
  /** Opens (or finds) the link and gives the connector's view of it. */
  readonly openHome: (home: HomeAccess, connector: ConnectorAccess) => Promise<OpenHome>;
  readonly context: ContextFactory;
  readonly approvals: Approvals;
  readonly trail: Trail;
  readonly traffic: Traffic;
  readonly bestPractice: BestPractice;
  readonly repeatedCreates: RepeatedCreates;
  readonly observer: CallObserver;
}

/** How long a tool may take before the caller gets TIMEOUT_OPERATION; long work hands over to a job well before. */
const CALL_DEADLINE_MS = 120_000;
const MAX_NESTING = 4;

const RULE_CLASS: Readonly<Partial<Record<FaultCode, RuleClass>>> = {
  AUTH_EXPIRED: 'credential',
  AUTH_INSUFFICIENT_PERMISSIONS: 'tenant',
  TOOL_NOT_AVAILABLE: 'tool',
  READ_ONLY_MODE: 'read_only',
  USER_APPROVAL_REQUIRED: 'ceiling',
  USER_DENIED: 'ceiling',
  EFFECT_NOT_ALLOWED: 'ceiling',
  BPS_ACKNOWLEDGMENT_REQUIRED: 'best_practice',
};

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
  const callId = newId();
  const { fault: astray, ...aimed } = aim(deps.catalogue, given.connector.settings, given.name, given.args);
  const request = { ...given, ...aimed };
  const call = {
    name: request.name,
    callId,
    tenantId: request.connector.tenantId,
    meta: depth === 0 ? request.meta : undefined,
  };
  return deps.observer.observe(call, async (observed) => {
    try {
      using _place = deps.traffic.enter(request.connector.id);
      if (astray) throw astray;
      const prepared = findTool(deps, request);
      const { home, input } = readArguments(prepared, request);
      observed.about(home?.id);
      using limit = callSignal(request.signal, CALL_DEADLINE_MS);
      return await decideAndRun(deps, { request, callId, depth, prepared, home, input, limit });
    } catch (error) {
      const fault = asFault(error, callId);
      observed.failed(fault, error);
      return faultResult(fault);
    }
  });
}

function findTool(deps: GateDeps, { name, connector }: CallRequest): PreparedTool {
  const prepared = name === SEARCH_TOOL ? deps.catalogue.search(shortProfileOf(connector)) : deps.catalogue.get(name);
  if (prepared) return prepared;
  const near = [...deps.catalogue.names]
    .filter((known) => known.split('_').some((word) => word.length > 3 && name.includes(word)))
    .slice(0, 5);
  throw new Fault('TOOL_NOT_AVAILABLE', `There is no tool ${name.slice(0, 80)}.`, {
    suggestion: [
      near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'Ask for tools/list again.',
      `Connector: ${connector.name}.`,
    ],
  });
}

/** Takes `home` out, loosens, then judges strictly. @throws Fault VALIDATION_FAILED | HOME_REQUIRED | HOME_NOT_FOUND */
function readArguments(
  prepared: PreparedTool,
  { args, connector }: CallRequest,
): { home: HomeAccess | undefined; input: unknown } {
  const { tool, schema, parameters } = prepared;
  assertShallow(args);
  const given = coerce({ type: 'object' }, args ?? {});
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw new Fault('VALIDATION_FAILED', 'Arguments should be a JSON object.', {
      suggestion: `${tool.name} takes: ${parameters.join(', ')}.`,
    });
  }
  const { home: wanted, ...rest } = given as Record<string, unknown>;
  const isHomeOurs = tool.scope === 'home' && !parameters.includes('home');
  const home = isHomeOurs ? chooseHome(connector, wanted, prepared.lowest) : undefined;
  const loosened = coerce(schema, restored(isHomeOurs ? rest : given));
  // Once more, as a text may have turned out to be JSON.
  assertShallow(loosened);
  assertWellFormed(loosened);
  const parsed = tool.input.safeParse(loosened, { reportInput: true });
  if (!parsed.success) throw argumentFault(tool.name, parsed.error, parameters);
  return { home, input: parsed.data };
}

interface Run {
  readonly request: CallRequest;
  readonly callId: string;
  readonly depth: number;
  readonly prepared: PreparedTool;
  readonly home: HomeAccess | undefined;
  readonly input: unknown;
  /** Ends the whole call, the opening of the home included. */
  readonly limit: CallSignal;
}

/** Policy twice: on the tool's own effect before a link is opened, on the expanded target before anything is sent. */
async function decideAndRun(deps: GateDeps, run: Run): Promise<CallResult> {
  const { request, prepared, home, input } = run;
  const own = typeof prepared.tool.effect === 'string' ? prepared.tool.effect : prepared.tool.effect.of(input);
  refuseOr(deps, run, own);
  if (own !== 'read' && holdsRedacted(input)) throw sentBack();
  const unread = await deps.bestPractice.refusal(guidedCall(run));
  if (unread) refuse(deps, run, own, unread);
  const { opened, effect, reached } = await beforeTheEnd(run, async () => {
    const opened = home ? await deps.openHome(home, request.connector) : undefined;
    const actions = opened?.visibility ? (prepared.tool.targets?.(input) ?? []).map(({ action }) => action) : [];
    await assertNamesVisible(opened, [input, actions]);
    return { opened, ...(await expandedEffect(prepared.tool, input, opened)) };
  });
  if (exceeds(effect, own)) refuseOr(deps, run, effect);
  if (isToAsk(questionOf(run, effect, home))) await askPerson(deps, run, effect, { reached });
  const entry = entryOf(run, effect);
  const through = isPreview(input) ? previewing : undefined;
  if (own !== 'configure' || through || !opened || !home) return intendAndRun(deps, run, opened, entry, through);
  const key = createKey(request.connector.id, prepared.tool.name, home.id, input);
  const attempt = { key, view: opened.view, signal: run.limit.signal };
  const { result, isRepeated } = await deps.repeatedCreates.once(attempt, (watch) =>
    intendAndRun(deps, run, opened, entry, watch),
  );
  if (isRepeated) deps.trail.note(entry, { outcome: 'done', faultCode: undefined, durationMs: 0 });
  return result;
}

type ThroughEdits = ((edits: EditsPort) => EditsPort) | undefined;

async function intendAndRun(
  deps: GateDeps,
  run: Run,
  opened: OpenHome | undefined,
  entry: TrailEntry,
  through: ThroughEdits,
): Promise<CallResult> {
  if (isStoredFirst(entry.effect)) await deps.trail.intend(entry);
  return runTool(deps, run, opened, entry, through);
}

async function runOrPreview({ prepared: { tool }, input }: Run, context: ToolContext): Promise<Ran> {
  try {
    const output = await tool.run(input, context);
    const presented = tool.present?.(output);
    const body = presented?.body ?? (output as Readonly<Record<string, unknown>>);
    return { body: isPreview(input) ? nothingToWrite(body) : body, content: presented?.content };
  } catch (error) {
    if (error instanceof PreviewReached) return { body: error.body, content: undefined };
    throw error;
  }
}

interface Ran {
  readonly body: Readonly<Record<string, unknown>>;
  readonly content: CallResult['content'];
}

/** The home would take the mark for the secret. */
function sentBack(): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', 'The arguments hold <redacted>, which stands for a secret.', {
    suggestion: 'Leave these fields as they are (change the others alone, e.g. by python_transform), or ask the user.',
  });
}

function refuseOr(deps: GateDeps, run: Run, effect: Effect): void {
  const { request, prepared, home } = run;
  const fault = judge(run, effect, home);
  if (fault) {
    const others = home ? request.connector.homes.filter((one) => one !== home && !judge(run, effect, one)) : [];
    refuse(deps, run, effect, withPlaces(fault, prepared.lowest, others));
  }
  deps.observer.decided(true, 'default');
}

/** Resolves when a person allowed exactly this. @throws Fault USER_APPROVAL_REQUIRED | USER_DENIED */
async function askPerson(
  deps: GateDeps,
  run: Run,
  effect: Effect,
  about: Pick<Asked, 'reached' | 'title' | 'reason'>,
): Promise<void> {
  const { request, prepared, home, input } = run;
  try {
    const asked = { connector: request.connector, tool: prepared.tool.name, home, effect, input, ...about };
    await deps.approvals.use(asked);
  } catch (error) {
    if (error instanceof Fault && error.code !== 'STORAGE_UNAVAILABLE') refuse(deps, run, effect, error);
    throw error;
  }
}

function refuse(deps: GateDeps, run: Run, effect: Effect, fault: Fault): never {
  deps.observer.decided(false, RULE_CLASS[fault.code] ?? 'default');
  deps.trail.note(entryOf(run, effect), { outcome: 'refused', faultCode: fault.code, durationMs: 0 });
  throw fault;
}

/** The decision as it would be at this home. */
function judge({ request, prepared, input }: Run, effect: Effect, home: HomeAccess | undefined): Fault | undefined {
  return refusal(questionOf({ request, prepared, input }, effect, home));
}

function questionOf(
  { request, prepared, input }: Pick<Run, 'request' | 'prepared' | 'input'>,
  effect: Effect,
  home: HomeAccess | undefined,
): PolicyQuestion {
  const { connector } = request;
  const settings = home?.settings ?? connector.settings;
  return {
    connectorName: connector.name,
    tenantIsActive: connector.tenantIsActive,
    validity: validityOf(connector),
    isReadOnly: settings.readOnly,
    isToolEnabled: !isOff(prepared.tool.name, settings),
    toolName: prepared.tool.name,
    operation: operationOf(input),
    role: connector.role,
    connectorCeiling: connector.ceiling,
    askUpTo: connector.settings.askUpTo,
    homeCeiling: home?.ceiling,
    effect,
  };
}

/** Which of a tool's several actions was meant. */
function operationOf(input: unknown): string | undefined {
  const action = input !== null && typeof input === 'object' && 'action' in input ? input.action : undefined;
  return typeof action === 'string' ? action : undefined;
}

function guidedCall({ request, prepared, home, input }: Run): GuidedCall {
  const { connector, conversation = request.clientName } = request;
  const { strict: isStrict } = home?.settings ?? connector.settings;
  return { connector, isStrict, tool: prepared.tool.name, input, conversation };
}

/** Before anything was sent: an interruption here is no doubt about the home. */
async function beforeTheEnd<T>(run: Run, work: () => Promise<T>): Promise<T> {
  try {
    return await untilAborted(run.limit.signal, work());
  } catch (error) {
    throw interruption(error, run, false);
  }
}

async function runTool(
  deps: GateDeps,
  run: Run,
  opened: OpenHome | undefined,
  entry: TrailEntry,
  through: ThroughEdits,
): Promise<CallResult> {
  const { request, callId, prepared, home, depth } = run;
  const { signal } = run.limit;
  const nested = (name: string, args: unknown) => {
    if (depth >= MAX_NESTING) throw new Fault('VALIDATION_FAILED', `Tools may call tools at most ${MAX_NESTING} deep.`);
    return callTool(deps, { ...request, name, args, signal }, depth + 1);
  };
  const ask = ({ title, reason }: Question) =>
    askPerson(deps, run, entry.effect, { reached: new Map(), title, reason });
  const allowed = async (effect: Effect) => {
    if (!exceeds(effect, entry.effect)) return;
    refuseOr(deps, run, effect);
    if (isToAsk(questionOf(run, effect, home))) await askPerson(deps, run, effect, { reached: new Map() });
  };
  try {
    const { isSearching } = profileOf(deps.catalogue, request.connector, request.clientName);
    const context = deps.context({
      request,
      callId,
      tool: prepared.tool.name,
      home,
      view: opened && judgingDialogues(opened.view, opened.whole, allowed),
      signal,
      nested,
      ask,
      isSearching,
      throughEdits: (edits) => {
        const judged = opened ? judgingWrites(hidingEdits(edits, opened), opened.whole, allowed) : edits;
        return through ? through(judged) : judged;
      },
    });
    const { body, content } = await untilAborted(signal, runOrPreview(run, context));
    const result = resultOf(run, await deps.bestPractice.deliver(guidedCall(run), body), content);
    await finish(deps, entry, { outcome: 'done', faultCode: undefined });
    return shownResult(opened, prepared.tool.name, result);
  } catch (error) {
    const met = asFault(interruption(error, run, entry.effect !== 'read'), callId);
    const fault = shownFault(opened, prepared.tool.name, met);
    await finish(deps, entry, { outcome: outcomeOf(fault), faultCode: fault.code });
    throw error instanceof Fault || fault.code !== 'INTERNAL_ERROR' ? fault : error;
  }
}

/** With several homes each answer says of which one it is. */
function resultOf(
  { request, prepared, home }: Run,
  body: Readonly<Record<string, unknown>>,
  content: CallResult['content'],
): CallResult {
  if (prepared.tool.name === SEARCH_TOOL) return listResult(body, 'result');
  const named = home && request.connector.homes.length > 1 ? home.slug : undefined;
  const result = successResult(named === undefined ? body : { ...body, home: named });
  if (!content) return result;
  return { ...result, content: named === undefined ? content : [...content, { type: 'text', text: `home: ${named}` }] };
}

async function finish(deps: GateDeps, entry: TrailEntry, end: Omit<TrailEnd, 'durationMs'>): Promise<void> {
  const whole = { ...end, durationMs: Date.now() - entry.startedAt.getTime() };
  if (isStoredFirst(entry.effect)) await deps.trail.settle(entry, whole);
  else deps.trail.note(entry, whole);
}

function outcomeOf(fault: Fault): TrailEnd['outcome'] {
  if (fault.outcomeUnknown) return 'unknown';
  return fault.code === 'CANCELLED' ? 'cancelled' : 'failed';
}

/** An abort is told as what it was: the client went away, or time ran out. */
function interruption(error: unknown, { request, limit }: Run, outcomeUnknown: boolean): unknown {
  if (error instanceof Fault) return error;
  if (request.signal.aborted)
    return new Fault('CANCELLED', 'The call was cancelled by the client.', { outcomeUnknown, cause: error });
  if (!limit.isLate) return error;
  return new Fault('TIMEOUT_OPERATION', `The call took longer than ${CALL_DEADLINE_MS / 1000} s.`, {
    suggestion: outcomeUnknown
      ? 'Read the state again before repeating it: what was sent may still take effect.'
      : 'Ask for less, or try again when the home is less busy.',
    outcomeUnknown,
    cause: error,
  });
}

function entryOf(run: Run, effect: Effect): TrailEntry {
  const { request, callId, prepared, home, input } = run;
  return {
    callId,
    tenantId: request.connector.tenantId,
    connectorId: request.connector.id,
    memberId: request.connector.memberId,
    homeId: home?.id,
    tool: prepared.tool.name,
    effect,
    items: prepared.tool.items?.(input) ?? [],
    input,
    startedAt: new Date(),
  };
}
