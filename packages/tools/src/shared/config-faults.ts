import { Fault } from '@hub/core/fault.ts';
import type { FaultCode } from '@hub/core/fault-codes.ts';
import { CORRECT } from '@hub/ha/faults.ts';
import type { View } from '@hub/ha/view.ts';
import type { ConfigKind } from './config-kinds.ts';
import type { ResolvedItem } from './config-resolve.ts';
import { nearestIds } from './entity-not-found.ts';

const MAX_LISTED = 20;

/** Nothing by that name, with up to 20 that there are, the likeliest first. */
export async function itemNotFound(home: View, kind: ConfigKind, given: string, code: FaultCode): Promise<Fault> {
  const all = [...(await home.states()).keys()].filter((id) => id.startsWith(`${kind.kind}.`)).sort();
  const near = nearestIds(given, all);
  const listed = [...new Set([...near, ...all])].slice(0, MAX_LISTED);
  return new Fault(code, `${titleOf(kind)} not found: ${given}`, {
    suggestion: [
      near.length > 0 ? `Did you mean ${near.join(', ')}?` : `Look it up with ha_search, domain_filter ${kind.kind}.`,
      `The stored id and the entity id (${kind.kind}.…) are both accepted.`,
    ],
    context: {
      [kind.idKey]: given,
      [`available_${kind.idKey}s`]: listed,
      ...(listed.length < all.length ? { available_total: all.length } : {}),
    },
  });
}

/** It is there, but not in the file that Home Assistant's editor, and so the hub, can write. */
export function notEditable(kind: ConfigKind, given: string, item: ResolvedItem): Fault {
  const entityId = item.entityId ?? given;
  return new Fault(
    'CONFIG_NOT_FOUND',
    `${titleOf(kind)} ${entityId} has no editable storage configuration: it comes from YAML or from an integration.`,
    {
      suggestion: [
        kind.kind === 'scene'
          ? `Run it with ha_call_service scene.turn_on on ${entityId}; edit it where it was made.`
          : `Edit it in the YAML file that defines it, or make another ${kind.kind} under a new id.`,
        `Only a ${kind.kind} made in Home Assistant's own editor, or by this tool, can be changed here.`,
      ],
      context: { [kind.idKey]: given, entity_id: entityId, platform: item.platform ?? 'yaml' },
    },
  );
}

/** The hash the caller worked from is not the hash of what stands there now. */
export function staleHash(kind: ConfigKind, given: string, currentHash: string): Fault {
  return new Fault('SERVICE_CALL_FAILED', `Conflict: ${kind.kind} ${given} was modified since last read.`, {
    suggestion: `Read it again with ha_config_get_${kind.kind}, redo the change on what you get, and send its config_hash.`,
    context: { [kind.parameter]: given, current_config_hash: currentHash },
  });
}

/** The same fault with facts about the call beside it, and a suggestion where it has none but the general one. */
export function withAdvice(error: unknown, context: Readonly<Record<string, unknown>>, suggestion: string): unknown {
  if (!(error instanceof Fault)) return error;
  const { code, message, suggestions, details, outcomeUnknown, cause } = error;
  return new Fault(code, message, {
    suggestion: suggestions.some((one) => one !== CORRECT) ? suggestions : suggestion,
    context: { ...context, ...error.context },
    outcomeUnknown,
    cause,
    ...(details === undefined ? {} : { details }),
  });
}

function titleOf({ kind }: ConfigKind): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}
