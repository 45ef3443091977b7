import { pingDatabase } from '@hub/db/database.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';
import Fastify, { type FastifyInstance } from 'fastify';
import { BLIND_AFTER_MS } from './change-watch.ts';
import type { Deps } from './deps.ts';
import { hostRules } from './http/hosts.ts';
import { isLoopback } from './http/loopback.ts';

const DATABASE_MS = 1_000;

/** Probes and metrics, on a port of their own that stays inside. */
export function createOps({ config, storage, metrics, cluster, changes }: Deps, shutdown: Shutdown): FastifyInstance {
  const ops = Fastify({ logger: false });
  if (isLoopback(config.opsHost)) guardHost(ops);
  ops.get('/livez', async () => ({ status: 'ok' }));
  ops.get('/readyz', async (_request, reply) => {
    if (shutdown.isLeaving) return reply.code(503).send({ status: 'stopping' });
    if (cluster?.isCutOff) return reply.code(503).send({ status: 'others reach the database' });
    const answers = await pingDatabase(storage.db, DATABASE_MS).then(
      () => true,
      () => false,
    );
    // Away for all it is no reason to send nobody here, as long as reading and ordinary control go on.
    const serves = answers || changes.blindForMs <= BLIND_AFTER_MS;
    if (!serves) return reply.code(503).send({ status: 'database does not answer' });
    return { status: 'ok', database: answers ? 'answers' : 'does not answer' };
  });
  ops.get('/metrics', async (_request, reply) => reply.type(metrics.contentType).send(await metrics.render()));
  shutdown.onStop('telemetry', 'probes and metrics', () => ops.close(), 2_000);
  return ops;
}

/** On loopback only this machine's programs may ask; a web page that points its name here is not one of them. */
function guardHost(ops: FastifyInstance): void {
  const hosts = hostRules([]);
  ops.addHook('onRequest', async (request, reply) => {
    if (!hosts.allowsHost(request.host)) return reply.code(403).send({ status: 'not under this host name' });
  });
}
