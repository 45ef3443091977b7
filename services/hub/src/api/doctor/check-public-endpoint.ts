import { newSecret } from '@hub/core/ids.ts';
import { z } from 'zod';
import { broken, type Finding, ok, warn } from './finding.ts';

const ASK_MS = 10_000;
/** The hub writes a comment into a silent stream every 15 s. */
const STREAM_MS = 25_000;

/** A wrong secret must look like any missing page: a 401 or a redirect would send an AI client into signing in. */
export async function checkWrongSecret(base: string): Promise<readonly Finding[]> {
  const answer = await ask(`${base}/private_${newSecret()}`, {
    method: 'POST',
    body: INITIALIZE,
    headers: JSON_HEADERS,
  });
  if ('failure' in answer) {
    return [broken('public', `No answer (${answer.failure}).`, 'Check that the proxy runs and passes to the hub.')];
  }
  const { status, headers, text } = answer;
  if (status === 404 && isOurs(text)) return [ok('public', 'A wrong secret is answered with 404, by this hub.')];
  if (status === 404) {
    return [broken('public', 'The 404 there is not this hub’s.', 'Let the proxy pass every path to the hub.')];
  }
  if (status === 401 || headers.has('www-authenticate')) {
    return [
      broken('public', `Something in front asks for a sign-in (${status}).`, 'Let /private_* pass it without one.'),
    ];
  }
  if (status >= 300 && status < 400) {
    return [
      broken(
        'public',
        `It redirects (${status}) to ${shownTarget(headers)}.`,
        'AI clients do not follow: serve the hub at PUBLIC_URL itself, or correct PUBLIC_URL.',
      ),
    ];
  }
  if (status === 403 && isOurs(text, '"jsonrpc"')) {
    return [
      broken('public', 'The hub refuses the host name it is asked under.', 'Let the proxy pass the Host header.'),
    ];
  }
  return [broken('public', `A wrong secret is answered with ${status}.`, 'Let the proxy pass answers as they are.')];
}

/** A connector through the proxy: does a call get through, is it kept in a cache, do streams flow? */
export async function checkConnectorUrl(url: string): Promise<readonly Finding[]> {
  const answer = await ask(url, { method: 'POST', body: INITIALIZE, headers: JSON_HEADERS });
  if ('failure' in answer) return [broken('public', `A call got no answer (${answer.failure}).`, 'Look at the proxy.')];
  const { status, headers, text } = answer;
  if (status !== 200 || !text.includes('"ha-mcp-hub"')) {
    return [
      broken(
        'public',
        `A call through it is answered with ${status}.`,
        'Let the proxy pass POST with its body and the headers of both sides.',
      ),
    ];
  }
  return [
    ok('public', 'A call through it reaches the default connector.'),
    ...judgeCaching(headers),
    ...(await checkStream(url, headers.get('mcp-session-id'))),
  ];
}

function judgeCaching(headers: Headers): readonly Finding[] {
  const isCached = /hit/i.test(
    `${headers.get('x-cache')} ${headers.get('cf-cache-status')} ${headers.get('x-proxy-cache')}`,
  );
  const isRewritten = !(headers.get('cache-control') ?? '').includes('no-store');
  if (!isCached && !isRewritten) return [ok('public', 'Nothing is cached on the way.')];
  return [
    warn(
      'public',
      isCached ? 'A cache answered in the hub’s place.' : 'The proxy changes Cache-Control.',
      'Switch caching off for /private_* there.',
    ),
  ];
}

/** Does a byte of an open stream arrive before the stream ends? */
async function checkStream(url: string, sessionId: string | null): Promise<readonly Finding[]> {
  const late = AbortSignal.timeout(STREAM_MS);
  try {
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream', ...(sessionId === null ? {} : { 'mcp-session-id': sessionId }) },
      redirect: 'manual',
      signal: late,
    });
    const reader = response.body?.getReader();
    const first = response.status === 200 ? await reader?.read() : undefined;
    await reader?.cancel();
    if (first && !first.done) return [ok('public', 'Event streams flow.')];
    return [warn('public', `An event stream is answered with ${response.status}.`, 'Let the proxy pass GET requests.')];
  } catch {
    return [
      warn(
        'public',
        'An event stream is held back on the way: progress and changes will not be seen.',
        'Switch buffering off in the proxy (nginx: proxy_buffering off; proxy_read_timeout 1h).',
      ),
    ];
  }
}

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const INITIALIZE = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'hub doctor', version: '1' } },
});

type Asked = { readonly status: number; readonly headers: Headers; readonly text: string };

async function ask(url: string, init: RequestInit): Promise<Asked | { readonly failure: string }> {
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(ASK_MS) });
    return { status: response.status, headers: response.headers, text: (await response.text()).slice(0, 100_000) };
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return { failure: cause instanceof Error && 'code' in cause ? String(cause.code) : 'none in 10 s' };
  }
}

const ours = z.looseObject({ success: z.literal(false), error: z.looseObject({ code: z.string() }) });

function isOurs(text: string, mark?: string): boolean {
  if (mark !== undefined) return text.includes(mark);
  try {
    return ours.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

/** Without its path, which may repeat a secret. */
function shownTarget(headers: Headers): string {
  const location = headers.get('location') ?? '';
  return URL.canParse(location) ? new URL(location).origin : 'another path';
}
