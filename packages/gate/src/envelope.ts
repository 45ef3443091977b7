import { Fault } from '@hub/core/fault.ts';
import type { ContentItem } from '@hub/tools/define.ts';
import { fitted, MAX_TEXT_BYTES } from './bound.ts';
import { commonSuggestion } from './common-suggestion.ts';
import { harmless, harmlessJson, harmlessText, mayMislead } from './harmless.ts';
import { mayHoldSecrets, redact, redactText } from './redact.ts';

/** What every door (MCP, REST, jobs) gets back; `text` is `body` as JSON. */
export interface CallResult {
  readonly isError: boolean;
  readonly body: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** What MCP clients get in place of `text`: a picture. */
  readonly content?: readonly ContentItem[];
  /** The job that goes on after the call and answers in its place; only where the caller takes that for an answer. */
  readonly goesOnAs?: string;
}

/** A suggestion is ours and short; what a home named may have slipped into it. */
const MAX_SUGGESTION = 500;
const MAX_MESSAGE = 4_000;

/** A tool's answer: secrets out, what misleads made plain, cut to size, written once. */
export function successResult(body: Readonly<Record<string, unknown>>, maxBytes = MAX_TEXT_BYTES): CallResult {
  const text = JSON.stringify(body);
  const isLarge = text.length > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes);
  if (!isLarge && !mayHoldSecrets(text) && !mayMislead(text)) return { isError: false, body, text };
  const shown = fitted(harmless(redact(body)) as Record<string, unknown>, maxBytes);
  return { isError: false, body: shown, text: harmlessJson(shown) };
}

/** For the one tool whose text is a bare list; the list comes under `key` in the structured answer, which has to be an object. */
export function listResult(body: Readonly<Record<string, unknown>>, key: string): CallResult {
  return { isError: false, body, text: JSON.stringify(body[key]) };
}

/** `{success: false, error: {code, message, …}, …context}`, pretty-printed because people read it in logs. */
export function faultResult(fault: Fault): CallResult {
  const told = fault.suggestions.length > 0 ? fault.suggestions : commonSuggestion(fault);
  const suggestions = told.map((one) => harmlessText(redactText(one)).slice(0, MAX_SUGGESTION));
  const [suggestion, ...more] = suggestions;
  const error = {
    code: fault.code,
    message: harmlessText(redactText(fault.message)).slice(0, MAX_MESSAGE),
    ...(fault.details === undefined ? {} : { details: harmlessText(redactText(fault.details)).slice(0, MAX_MESSAGE) }),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(more.length === 0 ? {} : { suggestions }),
  };
  const context = fitted(harmless(redact(fault.context)) as Record<string, unknown>, MAX_TEXT_BYTES / 4);
  const body = { success: false, error, ...(fault.outcomeUnknown ? { outcome: 'unknown' } : {}), ...context };
  return { isError: true, body, text: harmlessJson(body, 2) };
}

/** Anything that is not a Fault is a bug of ours: its text stays in the log, the caller gets the call id to report. */
export function asFault(error: unknown, callId: string, outcomeUnknown = false): Fault {
  if (error instanceof Fault) return error;
  const advice = outcomeUnknown ? 'Read the state again before you repeat it' : 'Try again';
  return new Fault('INTERNAL_ERROR', 'An unexpected error occurred in the hub.', {
    suggestion: `${advice}; if it stays, tell the operator this call id: ${callId}`,
    context: { call_id: callId },
    outcomeUnknown,
    cause: error,
  });
}
