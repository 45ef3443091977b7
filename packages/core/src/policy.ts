import { type Effect, exceeds, lowestCeiling } from './effect.ts';
import { Fault } from './fault.ts';

export const ROLES = ['owner', 'manager', 'resident', 'guest'] as const;

export type Role = (typeof ROLES)[number];

/** What a role may do at most, whatever its connector says. */
export const ROLE_CEILING: Readonly<Record<Role, Effect>> = {
  owner: 'destroy',
  manager: 'destroy',
  resident: 'configure',
  guest: 'control',
};

export interface PolicyQuestion {
  readonly connectorName: string;
  readonly tenantIsActive: boolean;
  readonly validity: 'valid' | 'revoked' | 'expired';
  readonly isReadOnly: boolean;
  readonly isToolEnabled: boolean;
  readonly toolName: string;
  /** Which of its actions, for a tool that has several. */
  readonly operation?: string | undefined;
  readonly role: Role;
  readonly connectorCeiling: Effect;
  /** What a person may allow once although it lies above the connector's ceiling. */
  readonly askUpTo: Effect | undefined;
  /** Undefined for tools that touch no home. */
  readonly homeCeiling: Effect | undefined;
  /** Of the expanded target, not merely of the tool. */
  readonly effect: Effect;
}

const LIST_CHANGED =
  'The list may have changed since you read it: ask for tools/list again, or have the user reconnect this server.';

/**
 * The decision in its fixed order, deny wins: credential → tenant → tool → read-only → ceiling. Undefined means allowed.
 * Home scope and entity rules are settled before: a home or entity out of scope cannot even be named here.
 */
export function refusal(question: PolicyQuestion): Fault | undefined {
  const { connectorName, toolName, effect } = question;
  if (question.validity !== 'valid') {
    return new Fault('AUTH_EXPIRED', `This connector is ${question.validity}.`, {
      suggestion: 'Ask the owner for a new connector URL.',
    });
  }
  if (!question.tenantIsActive) {
    return new Fault('AUTH_INSUFFICIENT_PERMISSIONS', 'This tenant is suspended.', {
      suggestion: 'Ask the operator of this hub.',
    });
  }
  if (!question.isToolEnabled) {
    return new Fault('TOOL_NOT_AVAILABLE', `${toolName} is switched off here: it has left the list of tools.`, {
      suggestion: [
        LIST_CHANGED,
        `The owner can switch it on again: hub connectors set ${connectorName} --enable ${toolName}`,
      ],
      context: { tool_name: toolName, list_changed: true },
    });
  }
  if (question.isReadOnly && effect !== 'read') {
    return new Fault('READ_ONLY_MODE', `${toolName} would change the home, and only reading is allowed here.`, {
      suggestion: [
        'Tell the user that it is read-only; do not look for another way to do it.',
        LIST_CHANGED,
        `The owner can allow changes: hub connectors set ${connectorName} --read-only off`,
      ],
      context: {
        tool_name: toolName,
        read_only_mode: true,
        effect,
        ...(question.operation === undefined ? {} : { blocked_operation: question.operation }),
      },
    });
  }
  const ceiling = lowestCeiling([
    question.connectorCeiling,
    ROLE_CEILING[question.role],
    question.homeCeiling ?? 'destroy',
  ]);
  if (exceeds(effect, ceiling) && !isToAsk(question)) {
    return new Fault(
      'EFFECT_NOT_ALLOWED',
      `This call has the effect '${effect}', and this connector stops at '${ceiling}'.`,
      {
        suggestion: [
          'Tell the user what was refused and why; do not look for another way to do it.',
          `The owner can raise the limit: hub connectors set ${connectorName} --ceiling ${effect}`,
        ],
        context: { tool_name: toolName, effect, ceiling },
      },
    );
  }
  return undefined;
}

/** Above the connector's own ceiling, and within everything else: a person may allow it once. */
export function isToAsk({ effect, connectorCeiling, askUpTo, role, homeCeiling }: PolicyQuestion): boolean {
  if (askUpTo === undefined || !exceeds(effect, connectorCeiling)) return false;
  return !exceeds(effect, lowestCeiling([askUpTo, ROLE_CEILING[role], homeCeiling ?? 'destroy']));
}
