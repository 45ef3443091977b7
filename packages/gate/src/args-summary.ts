import { createHash } from 'node:crypto';
import { canonicalJson } from '@hub/core/canonical-json.ts';
import { redact } from './redact.ts';

const MAX_TEXT = 120;
const MAX_ITEMS = 10;

/** Enough of the arguments to recognise the call, short and without secrets. */
export function argsSummary(input: unknown): Record<string, unknown> {
  return shorten(redact(input), 0) as Record<string, unknown>;
}

/** SHA-256 of the canonical arguments: equal calls give equal digests. */
export function argsDigest(input: unknown): string {
  return createHash('sha256').update(canonicalJson(input)).digest('hex');
}

function shorten(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value;
  if (value === null || typeof value !== 'object') return value;
  if (depth >= 3) return Array.isArray(value) ? `[${value.length}]` : '{…}';
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((one) => shorten(one, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .slice(0, 2 * MAX_ITEMS)
      .map(([key, inner]) => [key, shorten(inner, depth + 1)]),
  );
}
