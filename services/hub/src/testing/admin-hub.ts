import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId, newSecret } from '@hub/core/ids.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { createMetrics } from '@hub/runtime/metrics.ts';
import { createShutdown } from '@hub/runtime/shutdown.ts';
import { tools } from '@hub/tools/registry.gen.ts';
import { createApp } from '../app.ts';
import { readConfig } from '../config.ts';
import { createDeps, type Deps } from '../deps.ts';
import { openMarks } from '../recovery/marks.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes
  readonly body: any;
  readonly text: string;
}

/** The hub's public server in this process, on a database of its own. */
export interface AdminHub extends AsyncDisposable {
  readonly base: string;
  readonly key: string;
  readonly dataDir: string;
  readonly deps: Deps;
  readonly database: TestDatabase;
  /** One request below /api with the admin key, unless `key` says otherwise; null sends none. */
  ask(method: string, path: string, body?: unknown, options?: AskOptions): Promise<Answer>;
}

export interface AskOptions {
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export async function startAdminHub(env: Readonly<Record<string, string>> = {}): Promise<AdminHub> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-admin-'));
  const key = newSecret(32);
  const config = readConfig({ DATA_DIR: dataDir, HUB_ADMIN_KEY: key, LOG_LEVEL: 'silent', ...env });
  const log = createLogger({ name: 'hub', level: config.logLevel, to: 'stderr', pretty: false });
  const shutdown = createShutdown(log);
  const { db, vault } = database;
  const storage = { db, vault, installationId: 'test', embedded: undefined };
  const metrics = createMetrics({ version: '0', service: 'hub', toolNames: new Set(tools.map(({ name }) => name)) });
  const marks = openMarks(config, undefined, log);
  const own = { replicaId: newId(), marks, cluster: undefined };
  const deps = await createDeps({ config, storage, shutdown, log, metrics, ...own });
  const app = await createApp(deps, shutdown);
  const base = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    base,
    key,
    dataDir,
    deps,
    database,
    async ask(method, path, body, { key: given = key, headers = {} } = {}) {
      const isText = typeof body === 'string';
      const response = await fetch(`${base}/api${path}`, {
        method,
        headers: {
          ...(given === null ? {} : { authorization: `Bearer ${given}` }),
          ...(body === undefined ? {} : { 'content-type': isText ? 'text/csv' : 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : undefined };
    },
    async [Symbol.asyncDispose]() {
      await shutdown.stop('the test ended');
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
