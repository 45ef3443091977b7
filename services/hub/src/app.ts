import type { KeyRing } from '@hub/db/key-ring.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { adminApi } from './api/admin-api.ts';
import { hearPeers, peersOf, sharedDenylist } from './cluster/peers.ts';
import type { Deps } from './deps.ts';
import { clientErrorHandler, frameworkErrors, installErrors } from './http/errors.ts';
import { hostRules } from './http/hosts.ts';
import { requestSerializers } from './http/request-log.ts';
import { createEndpoint } from './mcp/endpoint.ts';
import { missGuard } from './mcp/misses.ts';
import { createRequestObserver } from './mcp/request-metrics.ts';
import { mcpRoutes } from './mcp/route.ts';
import { createSessions } from './mcp/session.ts';
import { VERSION } from './version.ts';

const FINISH_CALLS_MS = 20_000;

/** The public server: connectors' URLs and the administration API. */
export async function createApp(deps: Deps, shutdown: Shutdown): Promise<FastifyInstance> {
  const { config, log, storage, metrics } = deps;
  const app = Fastify({
    loggerInstance: log.child({}, { serializers: requestSerializers }) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    frameworkErrors,
    clientErrorHandler,
    routerOptions: { maxParamLength: 300 },
    bodyLimit: 4 * 1024 * 1024,
    // For a whole request to arrive; a body that trickles holds no socket for ever.
    requestTimeout: 60_000,
    forceCloseConnections: 'idle',
  });
  installErrors(app);

  const endpoint = createEndpoint({
    info: { name: 'ha-mcp-hub', version: VERSION },
    sessions: createSessions(sessionKeys(storage.vault.ring), sharedDenylist(deps)),
    peers: peersOf(deps),
    log,
    observe: createRequestObserver(metrics),
  });
  hearPeers(deps, endpoint);
  deps.open.add(endpoint.isOpen);
  deps.revoked.add((connectorId) => void endpoint.closeSurface(connectorId));
  deps.expired.add((connectorId) => void endpoint.endStreams(connectorId));
  metrics.onScrape(() => metrics.activeStreams.set({ kind: 'sse' }, endpoint.openStreams));
  mcpRoutes(app, {
    endpoint,
    resolve: deps.surfaces.resolve,
    hosts: hostRules(config.publicUrls),
    misses: missGuard(),
    onLimited() {
      metrics.authEvents.inc({ method: 'connector_url', outcome: 'limited' });
      metrics.rateLimited.inc({ scope: 'unknown_secret' });
    },
  });
  await adminApi(app, deps);

  shutdown.onStop(
    'inflight',
    'calls',
    () => endpoint.closeAll(AbortSignal.timeout(FINISH_CALLS_MS)),
    FINISH_CALLS_MS + 5_000,
  );
  shutdown.onStop('accept', 'listener', () => closeListener(app), 5_000);
  shutdown.onStop('streams', 'server', () => app.close(), 5_000);
  return app;
}

/** A session sealed by any replica opens on every other, before and after a new key came into the ring. */
function sessionKeys(ring: KeyRing): [Buffer, ...Buffer[]] {
  const older = ring.ids.filter((id) => id !== ring.usedId);
  return [ring.child('mcp sessions'), ...older.map((id) => ring.child('mcp sessions', id))];
}

/** No new connections; calls on open ones go on. */
function closeListener(app: FastifyInstance): void {
  app.server.close();
  app.server.closeIdleConnections();
}
