import type { Fault } from '@hub/core/fault.ts';
import { faultFromWire, faultToWire } from '@hub/core/fault-wire.ts';
import type { ContentItem } from '@hub/tools/define.ts';
import { z } from 'zod';
import type { CallResult } from '../envelope.ts';

/** What the holder says to a call that came over a line. */
export type LineAnswer =
  | { readonly kind: 'not_held' }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'result'; readonly result: CallResult; readonly upstreamMs: number };

const headShape = z.object({
  kind: z.enum(['not_held', 'fault', 'result']),
  fault: z.unknown().optional(),
  isError: z.boolean().optional(),
  body: z.record(z.string(), z.unknown()).optional(),
  content: z.array(z.custom<ContentItem>((item) => typeof item === 'object' && item !== null)).optional(),
  upstreamMs: z.number().optional(),
});
type Head = z.input<typeof headShape>;

/** A line of JSON, then the text of the result as it is: its body is the same once more, and is not sent beside it. */
export function packAnswer(answer: LineAnswer): string {
  if (answer.kind === 'not_held') return head({ kind: 'not_held' });
  if (answer.kind === 'fault') return head({ kind: 'fault', fault: faultToWire(answer.fault) });
  const { isError, body, text, content } = answer.result;
  const named = { kind: answer.kind, isError, content: content && [...content], upstreamMs: answer.upstreamMs };
  return head(isBody(text) ? named : { ...named, body }) + text;
}

/** @throws Error for what is no such answer */
export function unpackAnswer(bytes: Buffer): LineAnswer {
  const end = bytes.indexOf(10);
  const {
    kind,
    fault,
    isError = false,
    content,
    upstreamMs = 0,
    ...given
  } = headShape.parse(JSON.parse(bytes.toString('utf8', 0, end)));
  if (kind === 'not_held') return { kind };
  if (kind === 'fault') {
    const known = faultFromWire(fault);
    if (!known) throw new Error('the holder told a fault that is none');
    return { kind, fault: known };
  }
  const text = bytes.toString('utf8', end + 1);
  const body = given.body ?? bodyOf(text);
  return { kind, result: { isError, body, text, ...(content && { content }) }, upstreamMs };
}

/** All texts are their body as JSON, but the list of the tool search. */
function isBody(text: string): boolean {
  return text.startsWith('{');
}

function bodyOf(text: string): CallResult['body'] {
  const body: unknown = JSON.parse(text);
  if (body === null || typeof body !== 'object' || Array.isArray(body)) throw new Error('the result is no object');
  return body as CallResult['body'];
}

function head(value: Head): string {
  return `${JSON.stringify(value)}\n`;
}
