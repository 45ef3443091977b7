import { Fault, withContext } from '@hub/core/fault.ts';
import type { EntityState } from '@hub/ha/records.ts';
import { callService } from '@hub/ha/services.ts';
import type { ToolContext } from '../define.ts';
import { entityNotFound } from '../shared/entity-not-found.ts';
import { type Confirmation, confirmChange, isConfirmable } from './confirm-change.ts';
import { namedEntities, splitSelector } from './selector.ts';
import { type ShortStateOptions, shortState } from './short-state.ts';

export interface ServiceCall extends ShortStateOptions {
  readonly domain: string;
  readonly service: string;
  readonly entity_id?: string | undefined;
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly return_response: boolean;
  readonly wait: boolean;
}

const NAMED_IN_MESSAGE = 5;

/** One service call, confirmed by the state that proves it where one entity is named. @throws Fault ENTITY_NOT_FOUND | VALIDATION_FAILED | … */
export async function runService(call: ServiceCall, { home, signal }: ToolContext) {
  const { domain, service, data = {}, entity_id: entityId } = call;
  const { selector, rest } = splitSelector(data, entityId);
  const states = await home.states();
  const named = namedEntities(selector);
  const missing = named.filter((id) => !states.has(id));
  if (missing[0] !== undefined && missing.length === named.length) throw entityNotFound(missing[0], states.keys());

  const only = named.length === 1 && entityId !== undefined ? named[0] : undefined;
  const before = only === undefined ? undefined : states.get(only);
  using changes = watchChanges(home);
  const answer = await callService(home, domain, service, {
    data: rest,
    target: selector,
    returnResponse: call.return_response,
    signal,
  }).catch((error: unknown) => {
    throw error instanceof Fault ? helpful(error, call) : error;
  });
  // What answers with data changes nothing that could prove it.
  const confirmation =
    call.wait && !call.return_response && only !== undefined && isConfirmable(domain)
      ? await confirmChange(home, {
          domain,
          service,
          data: rest,
          entityId: only,
          before,
          contextId: answer.contextId,
          signal,
        })
      : undefined;
  const changed = changes
    .causedBy(answer.contextId)
    .filter((state) => named.length === 0 || named.includes(state.entity_id));
  return {
    success: true as const,
    domain,
    service,
    entity_id: entityId ?? null,
    parameters: { ...data },
    result: changed.map((state) => shortState(state, call)),
    message: messageOf(domain, service, named),
    ...verdict(confirmation, missing),
    ...(call.return_response ? { service_response: answer.response ?? null } : {}),
  };
}

/** Says which call it was, and where the fields of an action are found. */
function helpful(fault: Fault, { domain, service, entity_id: entityId }: ServiceCall): Fault {
  const named = withContext(fault, entityId === undefined ? {} : { entity_id: entityId });
  if (named.code !== 'VALIDATION_FAILED' || named.context['ha_error_code'] === undefined) return named;
  return new Fault(named.code, named.message, {
    suggestion: `ha_list_services with domain '${domain}', query '${service}' and detail_level full shows its fields and targets.`,
    context: named.context,
    cause: fault,
  });
}

function messageOf(domain: string, service: string, named: readonly string[]): string {
  if (named.length === 0) return `Called ${domain}.${service}.`;
  const rest = named.length > NAMED_IN_MESSAGE ? ` and ${named.length - NAMED_IN_MESSAGE} more` : '';
  return `Called ${domain}.${service} on ${named.slice(0, NAMED_IN_MESSAGE).join(', ')}${rest}.`;
}

function verdict(confirmation: Confirmation | undefined, missing: readonly string[]) {
  const warnings = missing.map((id) => `There is no entity ${id} in this home; the others were called.`);
  if (confirmation?.warning !== undefined) warnings.push(confirmation.warning);
  return {
    ...(confirmation?.state === undefined ? {} : { verified_state: confirmation.state }),
    ...(confirmation?.isPartial ? { partial: true } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** Collects state changes while a call runs; afterwards the call's own context id tells which entities it moved, each with what became of it. */
function watchChanges(home: ToolContext['home']) {
  const seen = new Map<string, { contexts: (string | null)[]; state: EntityState }>();
  const watching = home.watch((entityId, state) => {
    if (!state) return;
    const { contexts } = seen.get(entityId) ?? { contexts: [] };
    seen.set(entityId, { contexts: [...contexts, state.context.id, state.context.parent_id], state });
  });
  return {
    causedBy: (contextId: string | undefined) =>
      [...seen.values()].flatMap(({ contexts, state }) =>
        contextId !== undefined && contexts.includes(contextId) ? [state] : [],
      ),
    [Symbol.dispose]: () => watching[Symbol.dispose](),
  };
}
