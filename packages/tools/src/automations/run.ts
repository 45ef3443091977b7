import { Fault } from '@hub/core/fault.ts';
import { waitForState } from '@hub/ha/wait-for.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { runAfterWrite, runItem } from '../shared/config-run.ts';
import { DEADLINE_MS } from '../shared/config-wait.ts';

export interface RunInput {
  readonly enabled?: boolean | undefined;
  readonly run_actions: boolean;
  readonly wait: boolean;
}

export const runShape = {
  enabled: z.boolean().optional(),
  enabled_requested: z.boolean().optional(),
  enabled_applied: z.boolean().optional(),
  actions_triggered: z.boolean().optional(),
};

/** Switches an automation on or off, then runs its actions, as asked. @throws Fault */
export async function runAutomation(context: ToolContext, entityId: string, input: RunInput) {
  const { enabled, run_actions, wait } = input;
  const warnings: string[] = [];
  if (enabled !== undefined) {
    warnings.push(...(await runItem(context, serviceOf(enabled), entityId)));
    if (wait) warnings.push(...(await unseen(context, entityId, enabled)));
  }
  if (run_actions) warnings.push(...(await runItem(context, 'automation.trigger', entityId)));
  return {
    ...(enabled === undefined ? {} : { enabled, enabled_applied: true }),
    ...(run_actions ? { actions_triggered: true } : {}),
    warnings,
  };
}

/** The same after the automation was written. */
export async function runWritten(
  context: ToolContext,
  written: { readonly entityId: string | undefined; readonly isProven: boolean },
  { enabled, run_actions }: RunInput,
) {
  const set = enabled === undefined ? undefined : await runAfterWrite(context, serviceOf(enabled), written);
  const run = run_actions ? await runAfterWrite(context, 'automation.trigger', written) : undefined;
  return {
    ...(set?.isDone ? { enabled, enabled_applied: true } : {}),
    ...(set && !set.isDone ? { enabled_requested: enabled, enabled_applied: false } : {}),
    ...(run ? { actions_triggered: run.isDone } : {}),
    warnings: [...(set?.warnings ?? []), ...(run?.warnings ?? [])],
  };
}

function serviceOf(enabled: boolean): string {
  return enabled ? 'automation.turn_on' : 'automation.turn_off';
}

async function unseen({ home, signal }: ToolContext, entityId: string, enabled: boolean): Promise<string[]> {
  const wanted = enabled ? 'on' : 'off';
  try {
    const isProof = (state: { readonly state: string } | undefined) => state?.state === wanted;
    if (await waitForState(home, entityId, isProof, { deadlineMs: DEADLINE_MS, signal })) return [];
    return [`${entityId} was not seen to be ${wanted} within 10 s.`];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [`${entityId} was not seen to be ${wanted}: ${error.message}`];
  }
}
