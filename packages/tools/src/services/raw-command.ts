import { Fault } from '@hub/core/fault.ts';

/** Commands that answer more than once; a tool call has one answer. */
const STREAMING = /subscribe|stream|start_preview|^render_template$|^system_health\/info$|^assist_pipeline\/run$/;
/** Never by a raw command: other people's access, code inside Home Assistant, doors around the hub's own checks. */
const FORBIDDEN =
  /^(auth|config\/auth|config\/auth_provider|debug_console|supervisor|hassio)(\/|$)|^(call_service|execute_script|fire_event|backup\/restore|http\/config\/configure)$|^ha_mcp_tools\//;
/** Reads that hand out keys of radios, backups and accounts. */
const HANDS_OUT_KEYS =
  /^(thread|otbr|application_credentials|cloud|webhook)\/|provisioning|dsk|security|^backup\/config\/info$|^mobile_app\//;
/** Writes that have a tool of their own, which keeps an undo record. */
const HAS_TOOL =
  /^(config\/(area|floor|device|entity|label|category)_registry|lovelace(\/dashboards|\/resources|\/config)?|config\/core)\/(create|update|delete|remove|save|reorder)/;
const READS =
  /(^|\/)(get|list|info|search|related|details|status|validate)(_[a-z_]+)?$|^get_[a-z_]+$|^search\/related$|^extract_from_target$|^ping$/;

/** Can this raw command only look? Anything not known to is treated as a change of the whole system. */
export function isReadingCommand(type: string): boolean {
  return READS.test(type);
}

/** @throws Fault VALIDATION_FAILED with the way to go instead */
export function assertRawCommandAllowed(type: string, data: Readonly<Record<string, unknown>>): void {
  const refuse = (why: string, suggestion: string) =>
    new Fault('VALIDATION_FAILED', `\`ws_command\`: ${type} ${why}`, { suggestion, context: { ws_command: type } });
  if (STREAMING.test(type))
    throw refuse(
      'answers as a stream, which a single call cannot return.',
      'Use the tool for it, e.g. ha_eval_template or ha_get_system_health.',
    );
  if (FORBIDDEN.test(type))
    throw refuse(
      'is not available as a raw command.',
      'Use the tool made for it; for services name domain and service.',
    );
  if (HANDS_OUT_KEYS.test(type))
    throw refuse('would show keys, which stay at the home.', 'Look it up in Home Assistant itself.');
  if (HAS_TOOL.test(type))
    throw refuse(
      'has a tool of its own that keeps an undo record.',
      'Use ha_set_entity, ha_set_device, ha_set_area_or_floor, …',
    );
  const reserved = ['id', 'type'].filter((key) => key in data);
  if (reserved.length > 0)
    throw refuse(
      `was given the reserved keys ${reserved.join(', ')} in \`data\`.`,
      'Leave them out; the hub sets them.',
    );
}
