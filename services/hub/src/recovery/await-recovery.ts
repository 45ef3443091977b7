import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import { readRecovery } from '@hub/db/recovery.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Shutdown } from '@hub/runtime/shutdown.ts';
import Fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { openAdminKey } from '../api/admin-key.ts';
import { schemaFault } from '../api/problem-shape.ts';
import type { Config } from '../config.ts';
import { installErrors } from '../http/errors.ts';
import { hostRules } from '../http/hosts.ts';
import { listen } from '../listen.ts';
import { noticeRestore } from './keep-mark.ts';
import { type RecoveryDeps, recoveryRoutes } from './routes.ts';

export interface AwaitRecovery extends RecoveryDeps {
  readonly config: Config;
  readonly shutdown: Shutdown;
  readonly log: Log;
}

const LOOK_EVERY_MS = 1_000;

/**
 * Resolves at once on a database that went on. On one that was put back, only `hub recover` is answered until it is confirmed,
 * here or at another hub. @throws Fault STORAGE_UNAVAILABLE | CONFIG_INVALID; the reason of a stop
 */
export async function awaitRecovery(deps: AwaitRecovery): Promise<void> {
  const { config, storage, marks, shutdown, log } = deps;
  await noticeRestore(storage.db, marks);
  const recovery = await readRecovery(storage.db);
  if (!recovery) return;
  log.warn({ reason: recovery.reason }, 'the database came back as it was earlier; confirm with: hub recover');
  const [app, ops] = [await recoveryApp(deps), probes()];
  try {
    await listen(ops, config.opsHost, config.opsPort, 'OPS_PORT');
    await listen(app, config.host, config.port, 'PORT');
    while (await isRecovering(deps)) await delay(LOOK_EVERY_MS, undefined, { signal: shutdown.signal });
  } finally {
    await Promise.all([app.close(), ops.close()]);
  }
  log.info('the restored database is confirmed');
}

/** A database that is away for a moment is still one to be confirmed. */
async function isRecovering({ storage, log }: AwaitRecovery): Promise<boolean> {
  return readRecovery(storage.db).then(
    (recovery) => recovery !== undefined,
    (error: unknown) => {
      log.warn({ err: error }, 'the database did not answer');
      return true;
    },
  );
}

async function recoveryApp(deps: AwaitRecovery): Promise<FastifyInstance> {
  const { config } = deps;
  const app = Fastify({
    logger: false,
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    forceCloseConnections: true,
  });
  installErrors(app);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setSchemaErrorFormatter(schemaFault);
  const key = await openAdminKey(config);
  const hosts = hostRules(config.publicUrls);
  if (key) {
    await app.register(
      async (scope) => {
        scope.addHook('onRequest', async (request, reply) => {
          if (!hosts.allowsHost(request.host) || !hosts.allowsOrigin(request.headers.origin)) throw waiting();
          await key.check(request, reply);
        });
        recoveryRoutes(scope.withTypeProvider<ZodTypeProvider>(), deps);
      },
      { prefix: '/api' },
    );
  }
  app.all('/*', async () => {
    throw waiting();
  });
  return app;
}

function probes(): FastifyInstance {
  const ops = Fastify({ logger: false, forceCloseConnections: true });
  ops.get('/livez', async () => ({ status: 'ok' }));
  ops.get('/readyz', async (_request, reply) => reply.code(503).send({ status: 'waiting for hub recover' }));
  return ops;
}

function waiting(): Fault {
  return new Fault('STORAGE_UNAVAILABLE', 'This hub serves nobody until its restored database is confirmed.', {
    suggestion: 'Whoever runs it looks at what came back with: hub recover',
  });
}
