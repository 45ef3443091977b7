import type { Effect } from '@hub/core/effect.ts';
import type { PolicyQuestion } from '@hub/core/policy.ts';
import type { GuidedCall } from './best-practice.ts';
import type { CallSignal } from './call-signal.ts';
import { type ConnectorAccess, type HomeAccess, validityOf } from './connector-access.ts';
import type { CallResult } from './envelope.ts';
import type { PreparedTool } from './prepared-tool.ts';
import { isOff } from './tool-pins.ts';
import type { TrailEntry } from './trail.ts';

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
  /** The caller takes a job for an answer, when the work is not done after so long. */
  readonly handOverAfterMs?: number | undefined;
  /** Made beforehand, so that the trail tells whoever lost the answer what became of the call; its intent is always stored first. */
  readonly callId?: string | undefined;
  /** Came from another replica, which counted it: it is not counted again, and goes no further. */
  readonly isForwarded?: boolean;
  /** MCP `_meta`, for the trace parent. */
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
}

/** The same, understood: which tool, which home, which arguments. */
export interface Run {
  readonly request: CallRequest;
  readonly callId: string;
  readonly prepared: PreparedTool;
  readonly home: HomeAccess | undefined;
  readonly input: unknown;
  /** Ends the whole call, the opening of the home included. */
  readonly limit: CallSignal;
  /** A call made by the tool itself. */
  readonly nested: Nested;
}

export type Nested = (name: string, args: unknown) => Promise<CallResult>;

/** In the words of policy; `home` as if it were at that one. */
export function questionOf(
  { request: { connector }, prepared: { tool }, input }: Run,
  effect: Effect,
  home: HomeAccess | undefined,
): PolicyQuestion {
  const settings = home?.settings ?? connector.settings;
  return {
    connectorName: connector.name,
    tenantIsActive: connector.tenantIsActive,
    validity: validityOf(connector),
    isReadOnly: settings.readOnly,
    isToolEnabled: !isOff(tool.name, settings),
    toolName: tool.name,
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

/** In the words of guidance. */
export function guidedCall({ request, prepared, home, input }: Run): GuidedCall {
  const { connector, conversation = request.clientName } = request;
  const { strict: isStrict } = home?.settings ?? connector.settings;
  return { connector, isStrict, tool: prepared.tool.name, input, conversation };
}

/** In the words of the audit. */
export function entryOf({ request, callId, prepared, home, input }: Run, effect: Effect): TrailEntry {
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
