import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { Fault } from '@hub/core/fault.ts';
import { type Database, pingDatabase } from '@hub/db/database.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';

export interface OpsDeps {
  readonly db: Database;
  readonly metrics: Metrics;
  readonly shutdown: Shutdown;
  readonly host: string;
  readonly port: number;
}

const DATABASE_MS = 1_000;

/** Probes and metrics, on a port of their own that stays inside. @throws Fault CONFIG_INVALID when the port is taken */
export async function serveOps({ db, metrics, shutdown, host, port }: OpsDeps): Promise<void> {
  const isReady = async () => {
    if (shutdown.signal.aborted) return 'stopping';
    return pingDatabase(db, DATABASE_MS).then(
      () => 'ok',
      () => 'database does not answer',
    );
  };
  const routes: Readonly<Record<string, (response: ServerResponse) => Promise<void>>> = {
    '/livez': async (response) => say(response, 200, 'ok'),
    '/readyz': async (response) => {
      const status = await isReady();
      say(response, status === 'ok' ? 200 : 503, status);
    },
    '/metrics': async (response) => {
      response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.render());
    },
  };
  const server = createServer((request, response) => {
    const route = request.method === 'GET' ? routes[request.url ?? ''] : undefined;
    if (!route) return say(response, 404, 'not found');
    route(response).catch(() => response.destroy());
  });
  server.listen(port, host);
  await once(server, 'listening').catch((cause: unknown) => {
    throw new Fault('CONFIG_INVALID', `Port ${port} on ${host} cannot be taken.`, {
      suggestion: `Stop what has it, or choose another port: OPS_PORT=${port + 10}`,
      cause,
    });
  });
  shutdown.onStop(
    'telemetry',
    'probes and metrics',
    async () => {
      server.close();
      server.closeAllConnections();
    },
    2_000,
  );
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status: text }));
}
