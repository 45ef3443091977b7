import type { Fault } from '@hub/core/fault.ts';
import { faultFromWire, faultToWire } from '@hub/core/fault-wire.ts';
import { z } from 'zod';
import type { CallResult } from '../envelope.ts';

/** What the holder says to a call that came over a line. */
export type LineAnswer =
  | { readonly kind: 'not_held' }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'result'; readonly result: CallResult; readonly upstreamMs: number };

/** What a result has beside its text, and its body where the text does not say the same. */
type Rest = Omit<CallResult, 'text' | 'body'> & Partial<Pick<CallResult, 'body'>>;

const resultShape = z.looseObject({ isError: z.boolean() });
const headShape = z.object({
  kind: z.enum(['not_held', 'fault', 'result']),
  fault: z.unknown().optional(),
  result: z.custom<Rest>((value) => resultShape.safeParse(value).success).optional(),
  upstreamMs: z.number().optional(),
});
const bodyShape = z.custom<CallResult['body']>((value) => value !== null && typeof value === 'object');
type Head = z.input<typeof headShape>;

/** A line of JSON, then the text of the result as it is: its body is the same once more, and is not sent beside it. */
export function packAnswer(answer: LineAnswer): string {
  if (answer.kind === 'not_held') return head({ kind: 'not_held' });
  if (answer.kind === 'fault') return head({ kind: 'fault', fault: faultToWire(answer.fault) });
  const { kind, upstreamMs } = answer;
  const { text, body, ...rest } = answer.result;
  return head({ kind, upstreamMs, result: isBody(text) ? rest : { ...rest, body } }) + text;
}

/** @throws Error for what is no such answer */
export function unpackAnswer(bytes: Buffer): LineAnswer {
  const end = bytes.indexOf(10);
  const { kind, fault, result, upstreamMs = 0 } = headShape.parse(JSON.parse(bytes.toString('utf8', 0, end)));
  if (kind === 'not_held') return { kind };
  const known = faultFromWire(fault);
  if (known) return { kind: 'fault', fault: known };
  if (!result) throw new Error('the holder told neither a result nor a fault');
  const text = bytes.toString('utf8', end + 1);
  return { kind: 'result', result: { ...result, body: result.body ?? bodyOf(text), text }, upstreamMs };
}

/** All texts are their body as JSON, but the list of the tool search. */
function isBody(text: string): boolean {
  return text.startsWith('{');
}

function bodyOf(text: string): CallResult['body'] {
  return bodyShape.parse(JSON.parse(text));
}

function head(value: Head): string {
  return `${JSON.stringify(value)}\n`;
}
