import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import { type CallStanding, closeCall, findJobOfCall, settleCall } from '@hub/db/call-ends.ts';
import type { Database } from '@hub/db/database.ts';
import type { JobRecord } from '@hub/db/job-record.ts';
import { type CallEnd, INTERRUPTED, type NamedCall } from '@hub/jobs/call-end.ts';
import { argsSummary } from './args-summary.ts';
import { connectorOfJob } from './call-for-job.ts';
import type { Catalogue } from './catalogue.ts';
import { type EditVerdict, endByEdit } from './end-by-edit.ts';
import { type EditEndDeps, endOfEdit } from './end-of-edit.ts';
import type { Gate } from './gate.ts';
import { CALL_DEADLINE_MS } from './interruption.ts';

export interface EndDeps extends EditEndDeps {
  readonly gate: Pick<Gate, 'call'>;
  readonly catalogue: Catalogue;
}

type Caller = Pick<JobRecord, 'id' | 'tenantId' | 'connectorId' | 'effect'>;

const LOOK_EVERY_MS = 500;
/** After its deadline a call has said how it ended, or the process it ran in is gone; with something for two clocks of one process. */
const SILENT_AFTER_MS = CALL_DEADLINE_MS + 5_000;

/**
 * What became of a job's call whose answer was lost: by the trail, else by the job that it began, else by the edit it kept.
 * One that never began can begin no more afterwards. @throws Fault STORAGE_UNAVAILABLE | the signal's reason
 */
export async function endOfCall(
  deps: EndDeps,
  job: Caller,
  call: NamedCall & { readonly signal: AbortSignal },
): Promise<CallEnd> {
  const { db, catalogue } = deps;
  const { tenantId } = job;
  const { callId, tool } = call;
  const standing = await waitForEnd(db, job, call);
  if (standing.is === 'not_done') return standing;
  const jobId = await findJobOfCall(db, tenantId, { callId, tool });
  if (jobId !== undefined) return { is: 'goes_on', jobId };
  if (standing.is === 'ended' && standing.outcome !== 'unknown')
    return told(standing, catalogue.get(tool)?.tool.answers !== undefined);
  const verdict = await byEdit(deps, job, call);
  const { end } = verdict;
  // The process of one that called itself unknown may live: that nothing is to be seen yet is no proof.
  const isProof = end.is === 'done' || (end.is === 'not_done' && standing.is === 'begun');
  if (isProof) return await settled(deps, job, call, verdict);
  return standing.is === 'ended' ? told(standing, false) : end;
}

/** Stores what was found out, of the call and of its edit. */
async function settled(
  deps: EndDeps,
  { tenantId }: Caller,
  { callId, tool, homeId, signal }: NamedCall & { readonly signal: AbortSignal },
  { end, edits }: EditVerdict,
): Promise<CallEnd> {
  const { db, vault, catalogue } = deps;
  const isDone = end.is === 'done';
  const isRemoval = catalogue.get(tool)?.tool.effect === 'destroy';
  const edit = await endOfEdit(deps, edits, { tenantId, homeId, isDone, isRemoval, signal });
  const verdict = { homeId, outcome: isDone ? ('done' as const) : ('cancelled' as const), edits, edit };
  const stored = await settleCall(db, vault, { tenantId, callId }, verdict);
  // Its own word, should it have come at the last moment.
  if (stored.is === 'ended') return told(stored, false);
  return stored.is === 'settled' || stored.is === end.is ? end : { is: 'unknown', message: INTERRUPTED };
}

async function waitForEnd(
  db: Database,
  { id: jobId, tenantId, connectorId, effect = 'control' }: Caller,
  { callId, tool, args, homeId, signal }: NamedCall & { readonly signal: AbortSignal },
): Promise<CallStanding> {
  const facts = {
    ...{ tenantId, callId, homeId, connectorId, tool, effect },
    ...{ decision: 'allow' as const, actor: { kind: 'job' as const, id: jobId }, argsSummary: argsSummary(args) },
  };
  for (;;) {
    signal.throwIfAborted();
    const standing = await closeCall(db, facts);
    if (standing.is !== 'begun' || standing.forMs > SILENT_AFTER_MS) return standing;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** @param goesOn the tool starts jobs: it may have joined one that an earlier call began, which is not known here */
function told({ outcome, faultCode }: CallStanding & { readonly is: 'ended' }, goesOn: boolean): CallEnd {
  if (outcome === 'unknown') return { is: 'unknown', message: INTERRUPTED };
  if (outcome !== 'done') {
    const message = `The call ended as ${outcome}, as the audit trail has it; its own words were lost.`;
    return { is: 'failed', code: faultCode ?? 'SERVICE_CALL_FAILED', message };
  }
  if (!goesOn) return { is: 'done' };
  return { is: 'unknown', message: 'The call was taken, and which job goes on for it was lost: look at the home.' };
}

async function byEdit(
  { db, gate, catalogue }: EndDeps,
  job: Caller,
  call: NamedCall & { readonly signal: AbortSignal },
): Promise<EditVerdict> {
  try {
    const connector = await connectorOfJob(db, job);
    return await endByEdit({ db, gate, catalogue }, connector, call);
  } catch (error) {
    call.signal.throwIfAborted();
    // Neither who may not look any more nor a home that does not answer proves anything.
    if (error instanceof Fault && error.code !== 'STORAGE_UNAVAILABLE')
      return { end: { is: 'unknown', message: INTERRUPTED }, edits: [] };
    throw error;
  }
}
