import { createHash } from 'node:crypto';
import { canonicalJson } from '@hub/core/canonical-json.ts';
import { REDACTED } from '@hub/core/redacted.ts';
import { redact } from './redact.ts';

const MAX_TEXT = 120;
const MAX_ITEMS = 10;
/** Of locks and alarms. In results such a key is mostly an error's code, in arguments hardly ever. */
const DOOR_CODE = /^(code|pin|pin_?code|user_?code|passcode)$/i;
/** Of devices that join a radio network, and of the networks themselves. */
const RADIO_KEY = /^(dsk|install_code|qr_code(_string)?|tlv|thread_operation_dataset)$/i;

/** Enough of the arguments to recognise the call, short and without secrets. */
export function argsSummary(input: unknown): Record<string, unknown> {
  return shorten(withoutSecrets(input), 0) as Record<string, unknown>;
}

/** SHA-256 of the canonical arguments, secrets left out: a door code of four digits would be found by trying. Equal calls give equal digests. */
export function argsDigest(input: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(withoutSecrets(input)))
    .digest('hex');
}

function withoutSecrets(input: unknown): unknown {
  return redact(withoutCodes(input));
}

function withoutCodes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutCodes);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => {
    const isCode =
      (DOOR_CODE.test(key) || RADIO_KEY.test(key)) && (typeof inner === 'string' || typeof inner === 'number');
    return [key, isCode ? REDACTED : withoutCodes(inner)];
  });
  return Object.fromEntries(entries);
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
      .map(([key, inner]) => [key.slice(0, MAX_TEXT), shorten(inner, depth + 1)]),
  );
}
