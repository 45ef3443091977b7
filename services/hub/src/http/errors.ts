import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { Fault } from '@hub/core/fault.ts';
import type { FaultCode } from '@hub/core/fault-codes.ts';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const STATUS: Partial<Record<FaultCode, number>> = {
  AUTH_INVALID_TOKEN: 401,
  AUTH_EXPIRED: 401,
  AUTH_INSUFFICIENT_PERMISSIONS: 403,
  EFFECT_NOT_ALLOWED: 403,
  READ_ONLY_MODE: 403,
  USER_APPROVAL_REQUIRED: 403,
  USER_DENIED: 403,
  ADDRESS_NOT_ALLOWED: 403,
  RESOURCE_NOT_FOUND: 404,
  ENTITY_NOT_FOUND: 404,
  SERVICE_NOT_FOUND: 404,
  CONFIG_NOT_FOUND: 404,
  HOME_NOT_FOUND: 404,
  TOOL_NOT_AVAILABLE: 404,
  RESOURCE_ALREADY_EXISTS: 409,
  RESOURCE_LOCKED: 409,
  RATE_LIMITED: 429,
  CANCELLED: 499,
  INTERNAL_ERROR: 500,
  INTERNAL_UNEXPECTED: 500,
  CONNECTION_FAILED: 502,
  WEBSOCKET_DISCONNECTED: 502,
  WEBSOCKET_NOT_AUTHENTICATED: 502,
  SERVICE_CALL_FAILED: 502,
  STORAGE_UNAVAILABLE: 503,
  CONNECTION_TIMEOUT: 504,
  TIMEOUT_OPERATION: 504,
  TIMEOUT_WEBSOCKET: 504,
  TIMEOUT_API_REQUEST: 504,
};

export interface Problem {
  readonly success: false;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly suggestion?: string;
    readonly suggestions?: readonly string[];
  };
  readonly [context: string]: unknown;
}

/** HTTP status and body of an expected failure; codes without a place of their own are the caller's mistake (400). */
function problemOf(fault: Fault): { readonly status: number; readonly body: Problem } {
  const [suggestion] = fault.suggestions;
  const error = {
    code: fault.code,
    message: fault.message,
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(fault.suggestions.length > 1 ? { suggestions: fault.suggestions } : {}),
  };
  const outcome = fault.outcomeUnknown ? { outcome: 'unknown' } : {};
  return { status: STATUS[fault.code] ?? 400, body: { ...fault.context, success: false, error, ...outcome } };
}

/** The one catch of the HTTP side: faults as problems, refusals of the HTTP layer by their status, anything else 500 without internals. */
export function installErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Fault, request, reply) => answer(error, request, reply));
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(problem('RESOURCE_NOT_FOUND', 'There is nothing at this address.', 'Check the URL.')),
  );
}

function answer(error: FastifyError | Fault, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof Fault) {
    const { status, body } = problemOf(error);
    if (status >= 500) request.log.warn({ err: error }, 'request failed');
    return reply.code(status).send(body);
  }
  const status = error.statusCode;
  if (status !== undefined && status >= 400 && status < 500)
    return reply.code(status).send(problem('VALIDATION_FAILED', refusal(error)));
  request.log.error({ err: error }, 'unexpected error in a request');
  return reply
    .code(500)
    .send(
      problem(
        'INTERNAL_ERROR',
        'An unexpected error occurred in the hub.',
        `Try again; if it stays, tell the operator this request id: ${request.id}`,
      ),
    );
}

/**
 * For Fastify's option of this name: what it refuses before any route or error handler is known, a malformed URL or a
 * path parameter without end. Its own answer would repeat the URL and with it the secret.
 */
export function frameworkErrors(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  answer(error, request, reply);
}

const UNREADABLE: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
  HPE_HEADER_OVERFLOW: [431, 'The address and headers of the request are too long.'],
};

/** For Fastify's option of this name: what Node cannot read as HTTP, answered on the bare socket in the one shape of errors. */
export function clientErrorHandler(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, message] = UNREADABLE[error.code ?? ''] ?? [400, 'This is no HTTP request that can be read.'];
  const body = JSON.stringify(problem('VALIDATION_FAILED', message));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Fastify writes the whole URL, which may hold a secret, into its messages about what is wrong with it. */
const ABOUT_URLS: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The URL is malformed.',
  FST_ERR_MAX_PARAM_LENGTH: 'A part of the URL is too long.',
};

function refusal(error: FastifyError): string {
  return ABOUT_URLS[error.code] ?? error.message;
}

function problem(code: FaultCode, message: string, suggestion?: string): Problem {
  return { success: false, error: { code, message, ...(suggestion === undefined ? {} : { suggestion }) } };
}
