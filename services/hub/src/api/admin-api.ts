import type { FastifyInstance } from 'fastify';
import type { Deps } from '../deps.ts';
import { openAdminKey } from './admin-key.ts';

/** Everything below /api: guarded by the admin key, described by OpenAPI 3.1. */
export async function adminApi(app: FastifyInstance, deps: Deps): Promise<void> {
  const key = await openAdminKey(deps.config);
  if (!key) return;
  await app.register(
    async (api) => {
      api.addHook('onRequest', async (request) => key.check(request));
      api.get('/status', async () => ({ replica: deps.replicaId }));
    },
    { prefix: '/api' },
  );
}
