import type { Fault } from '@hub/core/fault.ts';

/** What to do about a refusal of Home Assistant that no tool had a better word for. */
export function commonSuggestion({ code, message, outcomeUnknown }: Fault): readonly string[] {
  if (outcomeUnknown) return ['It may have happened: read what is there now before doing it again.'];
  if (/already (in use|registered|exists)/i.test(message))
    return ['Choose another name, or change the one there is by its id.'];
  switch (code) {
    case 'VALIDATION_FAILED':
      return ['Correct what the message names, then call again.'];
    case 'SERVICE_CALL_FAILED':
      return ['Home Assistant refused it; ha_get_logs with source system may say why.'];
    default:
      return [];
  }
}
