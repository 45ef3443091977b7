import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { hashSecret, newSecret } from '@hub/core/ids.ts';
import Fastify, { type FastifyInstance } from 'fastify';
import { frameworkErrors, installErrors } from '../../http/errors.ts';
import { hostRules } from '../../http/hosts.ts';
import { requestSerializers } from '../../http/request-log.ts';
import { memoryDenylist, type SessionDenylist } from '../denylist.ts';
import { createEndpoint, type Endpoint, type EndpointDeps } from '../endpoint.ts';
import { missGuard } from '../misses.ts';
import { mcpRoutes } from '../route.ts';
import { createSessions } from '../session.ts';
import type { Surface } from '../surface.ts';

export interface Served extends AsyncDisposable {
  readonly app: FastifyInstance;
  readonly endpoint: Endpoint;
  /** Secrets and what they open; change it to revoke. */
  readonly surfaces: Map<string, Surface>;
  readonly secret: string;
  readonly origin: string;
  readonly url: URL;
  /** Everything that was logged, one JSON line each. */
  readonly logLines: string[];
}

/** A real HTTP server with the MCP routes over one surface, on a free port of the loopback interface. */
export async function serve(
  surface: Surface,
  settings: { peers?: EndpointDeps['peers']; key?: Buffer; denylist?: SessionDenylist; secret?: string } = {},
): Promise<Served> {
  const logLines: string[] = [];
  const app = Fastify({
    frameworkErrors,
    routerOptions: { maxParamLength: 200 },
    logger: {
      level: 'trace',
      serializers: requestSerializers,
      stream: { write: (line: string) => void logLines.push(line) },
    },
  });
  const endpoint = createEndpoint({
    info: { name: 'ha-mcp-hub', version: '0.1.0' },
    sessions: createSessions([settings.key ?? randomBytes(32)], settings.denylist ?? memoryDenylist()),
    peers: settings.peers ?? { replica: 'one', forward: () => {}, cancel: () => {} },
    log: app.log,
  });
  const secret = settings.secret ?? newSecret();
  const surfaces = new Map([[secret, surface]]);
  installErrors(app);
  mcpRoutes(app, {
    endpoint,
    resolve: async (credential) =>
      [...surfaces].find(([known]) => hashSecret(known).toString('base64url') === credential)?.[1],
    hosts: hostRules([]),
    misses: missGuard(),
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return {
    app,
    endpoint,
    surfaces,
    secret,
    origin,
    url: new URL(`${origin}/private_${secret}`),
    logLines,
    async [Symbol.asyncDispose]() {
      await endpoint.closeAll(AbortSignal.abort());
      app.server.closeAllConnections();
      await app.close();
    },
  };
}
