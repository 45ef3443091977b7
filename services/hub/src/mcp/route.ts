import { hashSecret } from '@hub/core/ids.ts';
import { isJsonContentType } from '@modelcontextprotocol/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { HostRules } from '../http/hosts.ts';
import { readJsonBody } from './body.ts';
import type { Endpoint } from './endpoint.ts';
import { RPC, rpcError } from './json-rpc.ts';
import { landingPage } from './landing.ts';
import type { Inbound } from './legacy.ts';
import type { MissGuard } from './misses.ts';
import type { Surface } from './surface.ts';

export interface McpRouteDeps {
  readonly endpoint: Endpoint;
  /** The connector behind a secret, by the secret's SHA-256 in base64url; undefined when there is none, it was revoked or its tenant is off. */
  resolve(credential: string): Promise<Surface | undefined>;
  readonly hosts: HostRules;
  readonly misses: MissGuard;
  /** Told of each request that was refused because its address had guessed too often. */
  onLimited?(): void;
}

interface SecretParams {
  readonly secret: string;
}

type Handler = (inbound: Inbound) => Promise<unknown> | unknown;

/** `/private_<secret>`: POST for calls, GET for an event stream or a page for people, DELETE to end a session. */
export function mcpRoutes(app: FastifyInstance, deps: McpRouteDeps): void {
  app.register(async (scope) => {
    // The body is read by hand after the secret proved right, so that a stranger cannot make the hub read and parse megabytes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));

    const route = (method: 'GET' | 'POST' | 'DELETE', handler: Handler) =>
      scope.route<{ Params: SecretParams }>({
        method,
        url: '/private_:secret',
        exposeHeadRoute: false,
        handler: async (request, reply) => {
          const inbound = await admit(deps, request, reply);
          if (inbound) await handle(inbound, handler);
          return reply;
        },
      });
    route('POST', (inbound) => post(deps, inbound));
    route('GET', (inbound) => get(deps.endpoint, inbound));
    route('DELETE', (inbound) => deps.endpoint.deleteSession(inbound));

    scope.options('/private_:secret', (request, reply) => {
      if (!isAllowedPlace(deps.hosts, request, reply)) return reply;
      reply.header('access-control-allow-methods', 'GET, POST, DELETE');
      reply.header('access-control-allow-headers', request.headers['access-control-request-headers'] ?? 'content-type');
      reply.header('access-control-max-age', '600');
      return reply.code(204).send();
    });
  });
}

/** Host and Origin, then the secret. Undefined when the request was answered with a refusal. */
async function admit(
  deps: McpRouteDeps,
  request: FastifyRequest<{ Params: SecretParams }>,
  reply: FastifyReply,
): Promise<Inbound | undefined> {
  if (!isAllowedPlace(deps.hosts, request, reply)) return undefined;
  const credential = hashSecret(request.params.secret).toString('base64url');
  const waitS = await deps.misses.blockedFor(request.ip, credential);
  if (waitS !== undefined) {
    deps.onLimited?.();
    reply.code(429).header('retry-after', String(waitS));
    sendRpcError(reply, RPC.refused, `Too many wrong addresses from here. Try again in ${waitS} s.`);
    return undefined;
  }
  const surface = await deps.resolve(credential);
  if (!surface) {
    await deps.misses.miss(request.ip);
    reply.callNotFound();
    return undefined;
  }
  deps.misses.hit(credential);
  reply.header('referrer-policy', 'no-referrer').header('cache-control', 'no-store');
  return { surface, credential, request, reply };
}

function isAllowedPlace(hosts: HostRules, request: FastifyRequest, reply: FastifyReply): boolean {
  const { origin } = request.headers;
  if (!hosts.allowsHost(request.host)) {
    sendRpcError(
      reply.code(403),
      RPC.refused,
      'This hub does not answer under this host name. Its operator can add it to PUBLIC_URL.',
    );
    return false;
  }
  if (!hosts.allowsOrigin(origin)) {
    sendRpcError(
      reply.code(403),
      RPC.refused,
      'Web pages from this origin may not use the hub. Its operator can add it to PUBLIC_URL.',
    );
    return false;
  }
  if (origin) {
    reply.header('access-control-allow-origin', origin).header('vary', 'origin');
    reply.header('access-control-expose-headers', 'mcp-session-id');
  }
  return true;
}

/** Once the endpoint has taken the reply over, Fastify no longer answers for a bug. */
async function handle(inbound: Inbound, handler: Handler): Promise<void> {
  try {
    await handler(inbound);
  } catch (error) {
    if (!inbound.reply.sent) throw error;
    inbound.request.log.error({ err: error }, 'unexpected error while answering');
    inbound.reply.raw.destroy();
  }
}

async function post(deps: McpRouteDeps, inbound: Inbound): Promise<void> {
  const { request, reply, credential } = inbound;
  if (!isJsonContentType(request.headers['content-type'] ?? null)) {
    return sendRpcError(reply.code(415), RPC.refused, 'Content-Type must be application/json.');
  }
  const wasWhole = request.raw.complete;
  const body = await readJsonBody(request.raw);
  // A body may take its time, and the secret may have been revoked before the last byte came.
  const surface = wasWhole ? inbound.surface : await deps.resolve(credential);
  if (!surface) return reply.callNotFound();
  if ('refusal' in body) {
    const { status, code, message } = body.refusal;
    return sendRpcError(reply.code(status).header('connection', 'close'), code, message);
  }
  await deps.endpoint.post({ ...inbound, surface }, body.value);
}

function get(endpoint: Endpoint, inbound: Inbound): void {
  const { request, reply } = inbound;
  const accept = request.headers.accept ?? '';
  if (accept.includes('text/event-stream')) endpoint.stream(inbound);
  else if (accept.includes('text/html')) {
    const { headers, html } = landingPage();
    reply.headers(headers).send(html);
  } else sendRpcError(reply.code(405).header('allow', 'POST'), RPC.refused, 'Send MCP messages by POST.');
}

function sendRpcError(reply: FastifyReply, code: number, message: string): void {
  reply.type('application/json').send(rpcError(code, message));
}
