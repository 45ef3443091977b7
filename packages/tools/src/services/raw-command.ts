import { Fault } from '@hub/core/fault.ts';
import { commandKind } from '@hub/ha/command-kinds.ts';

/** Writes that answer more than once; of reads the kind says it. */
const STREAMING = /subscribe|stream|start_preview|^assist_pipeline\/run$/;
/** Never by a raw command: other people's access, code inside Home Assistant, doors around the hub's own checks. */
const FORBIDDEN =
  /^(auth|config\/auth|config\/auth_provider|debug_console|supervisor|hassio|webhook|mobile_app)(\/|$)|^(call_service|execute_script|fire_event|conversation\/process|backup\/restore|http\/config\/configure)$|^ha_mcp_tools\//;
/** Keys of radios, backups and accounts, written as well as read. */
const ABOUT_KEYS =
  /^(thread|otbr|application_credentials|cloud|webhook|mobile_app)\/|provisioning|dsk|security|token|encryption_key/;
/** Writes that have a tool of their own, which keeps an undo record. */
const HAS_TOOL =
  /^(config\/(area|floor|device|entity|label|category)_registry|lovelace(\/dashboards|\/resources|\/config)?|config\/core)\/(create|update|delete|remove|save|reorder)/;

/** Can this raw command only look? Anything not known to is treated as a change of the whole system. */
export function isReadingCommand(type: string): boolean {
  return commandKind(type) === 'read';
}

/** @throws Fault VALIDATION_FAILED with the way to go instead */
export function assertRawCommandAllowed(type: string, data: Readonly<Record<string, unknown>>): void {
  const refuse = (why: string, suggestion: string) =>
    new Fault('VALIDATION_FAILED', `\`ws_command\`: ${type} ${why}`, {
      suggestion,
      context: { parameter: 'ws_command', ws_command: type },
    });
  if (type.trim() === '') throw refuse('is empty.', 'Name one, e.g. repairs/ignore_issue; its fields go into data.');
  const kind = commandKind(type);
  if (kind === 'stream' || (kind === 'write' && STREAMING.test(type)))
    throw refuse(
      'answers as a stream, which a single call cannot return.',
      'Use the tool for it, e.g. ha_eval_template or ha_get_system_health.',
    );
  if (FORBIDDEN.test(type))
    throw refuse(
      'is not available as a raw command.',
      'Use the tool made for it; for services name domain and service.',
    );
  if (kind === 'keys' || ABOUT_KEYS.test(type))
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
