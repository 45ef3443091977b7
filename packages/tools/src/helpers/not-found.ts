import { Fault } from '@hub/core/fault.ts';
import { type HelperKind, listHelpers } from '@hub/ha/helpers.ts';
import type { ToolContext } from '../define.ts';

const MAX_LISTED = 20;

/** Either nothing by that name, or a helper of YAML, which Home Assistant shows and does not let anybody edit. */
export async function helperNotFound(
  { home, signal }: ToolContext,
  kind: HelperKind,
  given: string,
  parameter: string,
): Promise<Fault> {
  const entityId = given.includes('.') ? given : `${kind}.${given}`;
  if ((await home.states()).get(entityId)?.attributes['editable'] === false) {
    return new Fault(
      'CONFIG_NOT_FOUND',
      `\`${parameter}\`: ${entityId} is defined in YAML and cannot be changed here.`,
      {
        suggestion: 'Change it in the YAML file that defines it, or make another one here.',
        context: { parameter, helper_type: kind, entity_id: entityId },
      },
    );
  }
  const known = (await listHelpers(home, kind, { signal })).map((item) => item.id);
  return new Fault('ENTITY_NOT_FOUND', `\`${parameter}\`: this home has no ${kind} '${given}'.`, {
    suggestion: [
      `ha_config_list_helpers with helper_type '${kind}' shows what there is.`,
      `Its stored id and its entity id (${kind}.…) are both accepted.`,
    ],
    context: { parameter, helper_type: kind, helper_id: given, available_helper_ids: known.slice(0, MAX_LISTED) },
  });
}
