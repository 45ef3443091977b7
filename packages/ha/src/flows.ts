import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { httpFault } from './faults.ts';
import { fieldSchema } from './flow-fields.ts';
import type { CallOptions, Home } from './home.ts';
import { requestJson, requestText } from './http.ts';

/** What a dialogue is about: a new entry (or an entry set up anew), an entry's options, a part of an entry. */
export type FlowDoor = 'config' | 'options' | 'subentry';

const PATHS: Readonly<Record<FlowDoor, string>> = {
  config: '/api/config/config_entries/flow',
  options: '/api/config/config_entries/options/flow',
  subentry: '/api/config/config_entries/subentries/flow',
};

export interface FlowStart {
  readonly door: FlowDoor;
  /** config: a domain · options: an entry id · subentry: entry id and type. */
  readonly handler: string | readonly [string, string];
  /** config: the entry to set up anew. */
  readonly entryId?: string | undefined;
  /** subentry: the one to change. */
  readonly subentryId?: string | undefined;
  readonly isAdvanced?: boolean | undefined;
}

const stepSchema = z.looseObject({
  /** form, menu, create_entry, abort, external, progress … */
  type: z.string(),
  flow_id: z.string().optional(),
  step_id: z.string().optional(),
  data_schema: z.array(fieldSchema).nullish(),
  errors: z.record(z.string(), z.unknown()).nullish(),
  last_step: z.boolean().nullish(),
  menu_options: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).nullish(),
  reason: z.string().nullish(),
  title: z.string().nullish(),
  description_placeholders: z.record(z.string(), z.unknown()).nullish(),
  /** Another dialogue that Home Assistant has opened by itself: kind and flow id. */
  next_flow: z.array(z.string()).nullish(),
  /** create_entry of a new entry. */
  result: z.unknown().optional(),
});

export type FlowStep = z.infer<typeof stepSchema>;

/** What follows an answer: the next step, or why Home Assistant did not take it, per field; `base` is about the whole form. */
export type FlowTurn = { readonly step: FlowStep } | { readonly refused: Readonly<Record<string, string>> };

/** The last step of a dialogue sets the integration up, which may ask a device or a service. */
const STEP_MS = 60_000;

const refusalSchema = z.object({ errors: z.record(z.string(), z.unknown()) });

/**
 * The first step of a new dialogue. The caller closes it: with the caller's signal an answer lost on the way would leave it open for ever,
 * so only a deadline ends the wait. Needs an administrator: another is counted there as a failed login.
 * @throws Fault RESOURCE_NOT_FOUND for a handler there is not | SERVICE_CALL_FAILED
 */
export async function openFlow(home: Home, start: FlowStart): Promise<FlowStep> {
  const { door, handler, entryId, subentryId, isAdvanced } = start;
  const body = {
    handler,
    ...(entryId === undefined ? {} : { entry_id: entryId }),
    ...(subentryId === undefined ? {} : { subentry_id: subentryId }),
    ...(isAdvanced ? { show_advanced_options: true } : {}),
  };
  const request = { method: 'POST', path: PATHS[door], body } as const;
  return stepSchema.parse(await requestJson(home, request, { isWrite: false, deadlineMs: STEP_MS }));
}

/** Domains that a dialogue can set up. Source: HA `GET flow_handlers`. @throws Fault */
export async function listFlowHandlers(home: Home, options: CallOptions = {}): Promise<readonly string[]> {
  const path = '/api/config/config_entries/flow_handlers';
  return z.array(z.string()).parse(await requestJson(home, { method: 'GET', path }, options));
}

/** Gives the answers to one step. @throws Fault; with `outcomeUnknown` when what came of it was lost */
export async function answerFlow(
  home: Home,
  door: FlowDoor,
  flowId: string,
  answers: Readonly<Record<string, unknown>>,
  options: CallOptions = {},
): Promise<FlowTurn> {
  const request = { method: 'POST', path: pathOf(door, flowId), body: answers } as const;
  const { status, text } = await requestText(home, request, { deadlineMs: STEP_MS, isWrite: true, ...options });
  if (status === 400) return { refused: errorsOf(text) };
  if (status >= 400) throw httpFault(status, text, { isWrite: true });
  return { step: stepSchema.parse(JSON.parse(text)) };
}

/** The step a dialogue stands at. @throws Fault RESOURCE_NOT_FOUND when it has ended */
export async function readFlow(
  home: Home,
  door: FlowDoor,
  flowId: string,
  options: CallOptions = {},
): Promise<FlowStep> {
  return stepSchema.parse(await requestJson(home, { method: 'GET', path: pathOf(door, flowId) }, options));
}

/** Ends a dialogue without effect; one that has ended already is as good. Never fails the call it belongs to. */
export async function closeFlow(home: Home, door: FlowDoor, flowId: string): Promise<void> {
  try {
    await requestJson(home, { method: 'DELETE', path: pathOf(door, flowId) }, { isWrite: false });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
}

function pathOf(door: FlowDoor, flowId: string): string {
  return `${PATHS[door]}/${encodeURIComponent(flowId)}`;
}

/** `{"errors": {"cycle": "required key not provided"}}`, or a bare "400: Bad Request" when the form does not hang together. */
function errorsOf(text: string): Readonly<Record<string, string>> {
  try {
    const { errors } = refusalSchema.parse(JSON.parse(text));
    return Object.fromEntries(
      Object.entries(errors).map(([field, why]) => [field, [why].flat().map(String).join('; ')]),
    );
  } catch {
    return { base: text.slice(0, 300).trim() };
  }
}
