/** A result's text by default; a client may be told less, never silently. */
export const MAX_TEXT_BYTES = 60_000;

/** Longest texts kept, tried in turn: a name or message of any length must not push the rest over the limit. */
const TEXT_LIMITS = [Number.POSITIVE_INFINITY, 20_000, 2_000, 200];

/** Within `maxBytes` whatever it is made of. */
export function fitted(body: Record<string, unknown>, maxBytes = MAX_TEXT_BYTES): Record<string, unknown> {
  let result = body;
  for (const limit of TEXT_LIMITS) {
    result = bound(limit === Number.POSITIVE_INFINITY ? body : (shortTexts(body, limit) as typeof body), maxBytes);
    if (sizeOf(result) <= maxBytes) break;
  }
  return result;
}

function shortTexts(value: unknown, limit: number): unknown {
  if (typeof value === 'string')
    return value.length > limit ? `${value.slice(0, limit)}… [cut, ${value.length} characters in all]` : value;
  if (Array.isArray(value)) return value.map((one) => shortTexts(one, limit));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.slice(0, Math.min(limit, 1_000)), shortTexts(inner, limit)]),
  );
}

/**
 * Keeps a result within `maxBytes` by cutting the largest list in it at an item border.
 * The cut is said in `truncated`; when the tool pages, `next_offset` and `has_more` point behind the last item kept.
 */
export function bound(body: Record<string, unknown>, maxBytes = MAX_TEXT_BYTES): Record<string, unknown> {
  if (sizeOf(body) <= maxBytes) return body;
  const largest = largestCollection(body);
  if (!largest) return cutTexts(body, maxBytes);
  const { path, items } = largest;
  const total = Array.isArray(items) ? items.length : Object.keys(items).length;
  const sizes = Array.isArray(items)
    ? items.map(sizeOf)
    : Object.entries(items).map(([key, value]) => sizeOf(key) + sizeOf(value) + 1);
  let room = maxBytes - (sizeOf(body) - sizeOf(items)) - 400;
  let kept = 0;
  while (kept < total && room - ((sizes[kept] ?? 0) + 1) >= 0) {
    room -= (sizes[kept] ?? 0) + 1;
    kept++;
  }
  const cut = Array.isArray(items) ? items.slice(0, kept) : Object.fromEntries(Object.entries(items).slice(0, kept));
  const result = withValue(body, path, cut);
  const pages = typeof body['offset'] === 'number' && path.length === 1;
  return bound(
    {
      ...result,
      truncated: true,
      truncation: `${path.join('.')}: ${kept} of ${total} shown to stay within ${maxBytes} bytes. ${pages ? 'Continue at next_offset.' : 'Ask for less: filter, or name the fields you need.'}`,
      ...(pages ? { has_more: true, next_offset: (body['offset'] as number) + kept, count: kept } : {}),
    },
    kept === 0 ? Number.POSITIVE_INFINITY : maxBytes,
  );
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

type Collection = readonly unknown[] | Readonly<Record<string, unknown>>;

/** The biggest list or map of items, looked for three levels deep; an inner one wins when it is nearly all of the outer. */
function largestCollection(body: Record<string, unknown>): { path: string[]; items: Collection } | undefined {
  let best: { path: string[]; items: Collection; size: number } | undefined;
  const visit = (value: unknown, path: string[]): void => {
    if (value === null || typeof value !== 'object') return;
    if (isCollection(value) && path.length > 0) {
      const size = sizeOf(value);
      if (!best || size > best.size * 0.9) best = { path, items: value, size };
    }
    if (path.length < 3) for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key]);
  };
  visit(body, []);
  return best;
}

function isCollection(value: object): value is Collection {
  if (Array.isArray(value)) return value.length > 1;
  const inner = Object.values(value);
  return inner.length > 1 && inner.every((one) => one !== null && typeof one === 'object');
}

function withValue(body: Record<string, unknown>, path: readonly string[], value: unknown): Record<string, unknown> {
  const [head, ...rest] = path;
  if (head === undefined) return body;
  const inner = body[head];
  if (rest.length === 0) return { ...body, [head]: value };
  if (Array.isArray(inner)) {
    const copy: unknown[] = [...inner];
    const index = Number(rest[0]);
    copy[index] = rest.length === 1 ? value : withValue(copy[index] as Record<string, unknown>, rest.slice(1), value);
    return { ...body, [head]: copy };
  }
  return { ...body, [head]: withValue(inner as Record<string, unknown>, rest, value) };
}

/** No list to shorten: one long text, say a log or a template's answer. */
function cutTexts(body: Record<string, unknown>, maxBytes: number): Record<string, unknown> {
  const room = Math.max(1_000, Math.floor(maxBytes / 2));
  const shorten = (value: unknown): unknown => {
    if (typeof value === 'string' && value.length > room)
      return `${value.slice(0, room)}… [cut, ${value.length} characters in all]`;
    if (Array.isArray(value)) return value.map(shorten);
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shorten(inner)]));
    return value;
  };
  return { ...(shorten(body) as Record<string, unknown>), truncated: true };
}
