import { Fault } from '@hub/core/fault.ts';
import type { ContentItem } from '@hub/tools/define.ts';
import { bound, MAX_TEXT_BYTES } from './bound.ts';
import { mayHoldSecrets, redact, redactText } from './redact.ts';

/** What every door (MCP, REST, jobs) gets back; `text` is `body` as JSON. */
export interface CallResult {
  readonly isError: boolean;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** What MCP clients get in place of `text`: a picture. */
  readonly content?: readonly ContentItem[];
}

/** A tool's answer: secrets out, cut to size, written once. */
export function successResult(body: Readonly<Record<string, unknown>>, maxBytes = MAX_TEXT_BYTES): CallResult {
  const text = JSON.stringify(body);
  const isLarge = text.length > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes);
  if (!isLarge && !mayHoldSecrets(text)) return { isError: false, body, text };
  const shown = bound(redact(body) as Record<string, unknown>, maxBytes);
  return { isError: false, body: shown, text: JSON.stringify(shown) };
}

/** For the one tool whose text is a bare list; the list comes under `key` in the structured answer, which has to be an object. */
export function listResult(body: Readonly<Record<string, unknown>>, key: string): CallResult {
  return { isError: false, body, text: JSON.stringify(body[key]) };
}

/** `{success: false, error: {code, message, …}, …context}`, pretty-printed because people read it in logs. */
export function faultResult(fault: Fault): CallResult {
  const [suggestion, ...more] = fault.suggestions;
  const error = {
    code: fault.code,
    message: redactText(fault.message),
    ...(fault.details === undefined ? {} : { details: redactText(fault.details) }),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(more.length === 0 ? {} : { suggestions: fault.suggestions }),
  };
  const context = bound(redact(fault.context) as Record<string, unknown>, MAX_TEXT_BYTES / 4);
  const body = { success: false, error, ...(fault.outcomeUnknown ? { outcome: 'unknown' } : {}), ...context };
  return { isError: true, body, text: JSON.stringify(body, undefined, 2) };
}

/** Anything that is not a Fault is a bug of ours: its text stays in the log, the caller gets the call id to report. */
export function asFault(error: unknown, callId: string): Fault {
  if (error instanceof Fault) return error;
  return new Fault('INTERNAL_ERROR', 'An unexpected error occurred in the hub.', {
    suggestion: `Try again; if it stays, tell the operator this call id: ${callId}`,
    context: { call_id: callId },
    cause: error,
  });
}
