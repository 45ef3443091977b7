import { type Effect, exceeds, highestEffect } from '@hub/core/effect.ts';
import { type Fault, withoutDoubt } from '@hub/core/fault.ts';
import type { FaultCode } from '@hub/core/fault-codes.ts';
import type { EditsPort, ToolContext } from '@hub/tools/define.ts';
import { nothingToWrite, PreviewReached } from '@hub/tools/undo/preview.ts';
import { untilAborted } from './call-signal.ts';
import { namingHome } from './connector-access.ts';
import { assertAmidRun } from './decide.ts';
import { endingJobs } from './ending-jobs.ts';
import { asFault, type CallResult, listResult, successResult } from './envelope.ts';
import { isStoredFirst } from './expanded-effect.ts';
import type { GateDeps } from './gate-deps.ts';
import { handingOver } from './hand-over.ts';
import { hidingEdits } from './hiding-edits.ts';
import { interruption } from './interruption.ts';
import { isPreview } from './is-preview.ts';
import { profileOf } from './list-profile.ts';
import { type OpenHome, shownFault, shownResult } from './open-home.ts';
import { guidedCall, type Run } from './run.ts';
import { SEARCH_TOOL } from './search-tools.ts';
import type { TrailEnd, TrailEntry } from './trail.ts';
import { judgingDialogues, judgingWrites } from './written-effect.ts';

/** Stores the intent where the effect asks for it, runs, stores or notes the outcome. @throws Fault */
export async function runTool(
  deps: GateDeps,
  run: Run,
  opened: OpenHome | undefined,
  entry: TrailEntry,
  through: (edits: EditsPort) => EditsPort = (edits) => edits,
): Promise<CallResult> {
  const { request, callId, prepared, home, input, nested } = run;
  const { connector, clientName } = request;
  const { signal } = run.limit;
  const tool = prepared.tool.name;
  const isWrite = entry.effect !== 'read';
  let highest = entry.effect;
  const allowed = async (effect: Effect) => {
    highest = highestEffect([highest, effect]);
    if (exceeds(effect, entry.effect)) await assertAmidRun(deps, run, effect);
  };
  const { handOverAfterMs: afterMs } = request;
  let handedOver: string | undefined;
  const onHandOver = (jobId: string) => {
    handedOver = jobId;
  };
  const isIntended = callId === request.callId || isStoredFirst(entry.effect);
  if (isIntended) await intend(deps, entry);
  /** What is stored first keeps the effect it was stored with; else it is told as what it turned out to be. */
  const finish = async (end: Omit<TrailEnd, 'durationMs'>) => {
    const whole = { ...end, durationMs: Date.now() - entry.startedAt.getTime() };
    if (isIntended) await deps.trail.settle(entry, whole);
    else deps.trail.note({ ...entry, effect: highest }, whole);
  };
  try {
    const context = deps.context({
      ...{ request, callId, tool, home, effect: entry.effect, signal, nested },
      view: opened && judgingDialogues(opened.view, opened.whole, allowed),
      ask: (question) =>
        deps.approvals.use({ connector, tool, home, effect: entry.effect, input, reached: new Map(), ...question }),
      throughEdits: (edits) =>
        // What is hidden is not shown by a preview either.
        opened ? hidingEdits(through(judgingWrites(edits, opened.whole, allowed)), opened) : through(edits),
      throughJobs(given) {
        const jobs = endingJobs(given, allowed);
        return afterMs === undefined ? jobs : handingOver(jobs, { tool, afterMs, onHandOver });
      },
      isSearching: profileOf(deps.catalogue, connector, clientName).isSearching,
    });
    const { body, content } = await untilAborted(signal, runOrPreview(run, context));
    const result = resultOf(run, await deps.bestPractice.deliver(guidedCall(run), body), content);
    await finish({ outcome: 'done', faultCode: undefined });
    const shown = shownResult(opened, tool, result, isWrite);
    return handedOver === undefined ? shown : { ...shown, goesOnAs: handedOver };
  } catch (error) {
    // A bug of ours in the middle of a write leaves open how far it came.
    const met = asFault(interruption(error, run, isWrite), callId, isWrite);
    const fault = shownFault(opened, tool, met);
    await finish({ outcome: outcomeOf(fault), faultCode: fault.code });
    throw fault;
  }
}

/** Without it nothing is sent: the caller is told of a failure, also when the trail says unknown of an intent stored after all. */
async function intend({ trail }: GateDeps, entry: TrailEntry): Promise<void> {
  try {
    await trail.intend(entry);
  } catch (error) {
    throw withoutDoubt(error);
  }
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

function resultOf(
  { request, prepared, home }: Run,
  body: Readonly<Record<string, unknown>>,
  content: CallResult['content'],
): CallResult {
  if (prepared.tool.name === SEARCH_TOOL) return listResult(body, 'result');
  const named = namingHome(request.connector, home, body);
  const result = successResult(named);
  if (!content) return result;
  return {
    ...result,
    content: named === body ? content : [...content, { type: 'text', text: `home: ${named['home']}` }],
  };
}

/** Said by our own policy or a person, while the tool ran. */
const REFUSED: ReadonlySet<FaultCode> = new Set([
  'USER_APPROVAL_REQUIRED',
  'USER_DENIED',
  'EFFECT_NOT_ALLOWED',
  'READ_ONLY_MODE',
]);

function outcomeOf({ code, outcomeUnknown }: Fault): TrailEnd['outcome'] {
  if (outcomeUnknown) return 'unknown';
  if (REFUSED.has(code)) return 'refused';
  return code === 'CANCELLED' ? 'cancelled' : 'failed';
}
