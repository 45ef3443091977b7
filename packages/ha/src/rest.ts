import { Readable } from 'node:stream';
import { Fault } from '@hub/core/fault.ts';
import { type Dispatcher, errors, Pool } from 'undici';
import { type DialTarget, dial } from './dial.ts';
import type { CallOptions, HttpRequest, HttpResponse } from './home.ts';
import { callerHeaders } from './outgoing-headers.ts';
import { cancelled } from './pause.ts';

/** Home Assistant takes bodies up to 16 MiB. Source: HA `components/http` `MAX_CLIENT_SIZE`. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const DEFAULT_DEADLINE_MS = 30_000;
const CONNECTIONS = 4;
/** An app answers here: our token would be handed on to it, and its 401 is not about us. Source: HA `components/hassio/ingress.py`. */
const INGRESS = '/api/hassio_ingress/';

export interface RestOptions {
  readonly target: DialTarget;
  /** Undefined: ask without a credential. */
  readonly token: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** The home answered 401 to our token; asking on would count as failed logins there. */
  onRefused(): void;
}

export interface Rest {
  request(request: HttpRequest, options: CallOptions): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** HTTP to one home over a few kept connections, each dialled and checked like the WebSocket's. Redirects are never followed. */
export function createRest({ target, token, headers, onRefused }: RestOptions): Rest {
  let pool: Pool | undefined;
  const poolOf = () => {
    pool ??= new Pool(target.url.origin, {
      connections: CONNECTIONS,
      keepAliveTimeout: 30_000,
      connect: (_options, done) => {
        dial(target).then(
          (socket) => done(null, socket),
          (error: Error) => done(error, null),
        );
      },
    });
    return pool;
  };
  return {
    async request(request, { signal, deadlineMs = DEFAULT_DEADLINE_MS, isWrite = request.method !== 'GET' }) {
      const isForApp = request.path.startsWith(INGRESS);
      const isSigned = token !== undefined && !isForApp;
      const outgoing = outgoingOf(request, {
        ...headers,
        ...(isSigned ? { authorization: `Bearer ${token}` } : {}),
      });
      const deadline = AbortSignal.timeout(deadlineMs);
      let answer: Dispatcher.ResponseData;
      try {
        answer = await poolOf().request({
          ...outgoing,
          signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
          headersTimeout: deadlineMs,
          bodyTimeout: 60_000,
        });
      } catch (error) {
        const what = `${request.method} ${request.path}`;
        throw transportFault(error, what, { isWrite, isLate: deadline.aborted, signal, deadlineMs });
      }
      if (answer.statusCode === 401 && isSigned) onRefused();
      return { status: answer.statusCode, headers: flat(answer.headers), body: answer.body };
    },
    async close() {
      await pool?.destroy();
    },
  };
}

/** @throws Fault VALIDATION_FAILED for a foreign path or a body above 16 MiB: nothing was sent */
function outgoingOf({ method, path, query, body, headers }: HttpRequest, common: Readonly<Record<string, string>>) {
  assertPath(path);
  const isRaw = body === undefined || body instanceof Readable || body instanceof Uint8Array;
  const payload = isRaw ? body : JSON.stringify(body);
  if (payload !== undefined && !(payload instanceof Readable) && Buffer.byteLength(payload) > MAX_BODY_BYTES) {
    throw new Fault('VALIDATION_FAILED', 'This is larger than the 16 MiB that Home Assistant takes.', {
      suggestion: 'Split it.',
    });
  }
  return {
    method,
    path: query ? `${path}?${new URLSearchParams(query)}` : path,
    headers: {
      ...common,
      ...(typeof payload === 'string' ? { 'content-type': 'application/json' } : {}),
      ...callerHeaders(headers),
    },
    body: payload ?? null,
  };
}

/** Only Home Assistant's own doors, never a path somebody composed. */
function assertPath(path: string): void {
  if (!/^\/(api|auth)\/[\w\-./%:@+~]*$|^\/manifest\.json$|^\/api\/$/.test(path) || path.includes('..')) {
    throw new Fault('VALIDATION_FAILED', 'This path does not belong to the API of Home Assistant.');
  }
}

interface Circumstances {
  readonly isWrite: boolean;
  readonly isLate: boolean;
  readonly signal: AbortSignal | undefined;
  readonly deadlineMs: number;
}

function transportFault(error: unknown, what: string, { isWrite, isLate, signal, deadlineMs }: Circumstances): Fault {
  // A Fault comes from dialling: nothing was sent.
  if (error instanceof Fault) return error;
  if (signal?.aborted)
    return isWrite
      ? new Fault('CANCELLED', 'The call was cancelled.', { outcomeUnknown: true, cause: error })
      : cancelled(signal);
  if (isLate || error instanceof errors.HeadersTimeoutError) {
    return new Fault('TIMEOUT_API_REQUEST', `Home Assistant did not answer ${what} within ${deadlineMs / 1_000} s.`, {
      suggestion: isWrite ? 'It may have taken effect: read before repeating it.' : 'Retry; the home may be busy.',
      outcomeUnknown: isWrite,
      cause: error,
    });
  }
  return new Fault('CONNECTION_FAILED', `The home broke off ${what}.`, {
    suggestion: isWrite ? 'It may have taken effect: read before repeating it.' : 'Retry.',
    outcomeUnknown: isWrite,
    cause: error,
  });
}

function flat(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}
