import type { Effect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import type { FaultCode } from '@hub/core/fault-codes.ts';
import { isToAsk, refusal } from '@hub/core/policy.ts';
import type { Asked } from './approvals.ts';
import { withPlaces } from './elsewhere.ts';
import type { GateDeps } from './gate-deps.ts';
import type { RuleClass } from './observe.ts';
import { entryOf, questionOf, type Run } from './run.ts';

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

type Deciders = Pick<GateDeps, 'approvals' | 'observer' | 'trail'>;

/** @throws Fault as the policy says, with the homes where it would be allowed; counted and audited */
export function assertAllowed(deps: Deciders, run: Run, effect: Effect): void {
  const fault = denialOf(run, effect);
  if (fault) refuse(deps, run, effect, fault);
  // The replica that forwarded the call has counted it.
  if (!run.request.isForwarded) deps.observer.decided('allow', 'default');
}

/** Resolves at once where nobody is to be asked. @throws Fault USER_APPROVAL_REQUIRED | USER_DENIED, audited | STORAGE_UNAVAILABLE */
export async function assertApproved(
  deps: Deciders,
  run: Run,
  effect: Effect,
  reached: Asked['reached'],
): Promise<void> {
  try {
    await useApproval(deps, run, effect, reached);
  } catch (error) {
    if (error instanceof Fault && error.code !== 'STORAGE_UNAVAILABLE') refuse(deps, run, effect, error);
    throw error;
  }
}

/** Both for what turns out while the tool runs: the end of the run is what is audited. @throws Fault */
export async function assertAmidRun(deps: Deciders, run: Run, effect: Effect): Promise<void> {
  try {
    const fault = denialOf(run, effect);
    if (fault) throw fault;
    await useApproval(deps, run, effect, new Map());
  } catch (error) {
    if (error instanceof Fault) count(deps, error);
    throw error;
  }
}

/** Counts and audits it, then throws it. */
export function refuse(deps: Deciders, run: Run, effect: Effect, fault: Fault): never {
  count(deps, fault);
  deps.trail.note(entryOf(run, effect), { outcome: 'refused', faultCode: fault.code, durationMs: 0 });
  throw fault;
}

function count({ observer }: Deciders, { code }: Fault): void {
  observer.decided(code === 'USER_APPROVAL_REQUIRED' ? 'ask' : 'deny', RULE_CLASS[code] ?? 'default');
}

function denialOf(run: Run, effect: Effect): Fault | undefined {
  const { request, prepared, home } = run;
  const judge = (one: typeof home) => refusal(questionOf(run, effect, one));
  const fault = judge(home);
  const others = fault && home ? request.connector.homes.filter((one) => one !== home && !judge(one)) : [];
  return fault && withPlaces(fault, prepared.lowest, others);
}

async function useApproval(deps: Deciders, run: Run, effect: Effect, reached: Asked['reached']): Promise<void> {
  const { request, prepared, home, input } = run;
  if (!isToAsk(questionOf(run, effect, home))) return;
  await deps.approvals.use({ connector: request.connector, tool: prepared.tool.name, home, effect, input, reached });
}
