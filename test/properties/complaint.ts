import { FAULT_CODES } from '@hub/core/fault-codes.ts';
import { MAX_TEXT_BYTES } from '@hub/gate/bound.ts';
import type { CallResult } from '@hub/gate/envelope.ts';

/** The storage is there all the while: who says otherwise gave it something that it does not take. */
const CODES: ReadonlySet<unknown> = new Set(FAULT_CODES.filter((code) => !/^(INTERNAL|STORAGE)_/.test(code)));

/** What is wrong with an answer, or undefined: a result or a documented error that says what to do, within its size. */
export function complaint({ isError, body, text }: CallResult): string | undefined {
  const sizeBytes = Buffer.byteLength(text);
  if (sizeBytes > MAX_TEXT_BYTES) return `${sizeBytes} bytes`;
  if (JSON.stringify(JSON.parse(text)) !== JSON.stringify(body)) return 'a text that is not its body';
  if (!isError) return undefined;
  const { code, message, suggestion } = body['error'] as Record<string, unknown>;
  if (!CODES.has(code)) return `the code ${code}`;
  if (typeof message !== 'string' || message === '') return `${code} without words`;
  return typeof suggestion === 'string' && suggestion !== '' ? undefined : `${code} without a suggestion: ${message}`;
}
