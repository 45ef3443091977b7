import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Effect } from '@hub/core/effect.ts';
import { z } from 'zod';
import type { RunningHub } from './start-hub.ts';

/** The tenant that an embedded hub makes on its first start. */
export const FIRST_TENANT = 'home';

/** The hub's administration, over REST and with the key in its data folder. */
export interface Admin {
  /** The answer's JSON. @throws Error for any status but 2xx */
  send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<unknown>;
}

export async function openAdmin({ base, dataDir }: Pick<RunningHub, 'base' | 'dataDir'>): Promise<Admin> {
  return openAdminWith(base, (await readFile(join(dataDir, 'admin-key'), 'utf8')).trim());
}

/** The same for a hub that was given its key. */
export function openAdminWith(base: string, key: string): Admin {
  return {
    async send(method, path, body) {
      const response = await fetch(`${base}/api${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === '' ? undefined : JSON.parse(text);
    },
  };
}

export interface NewHome {
  readonly slug: string;
  readonly url: string;
  readonly token: string;
}

/** Stores a home without trying it. */
export async function addHome(admin: Admin, tenant: string, { slug, url, token }: NewHome): Promise<void> {
  await admin.send('POST', `/tenants/${tenant}/homes`, { slug, name: slug, url, token, check: false });
}

export interface NewConnector {
  readonly name: string;
  readonly ceiling: Effect;
  /** Slugs; all unless told. */
  readonly homes?: readonly string[];
}

const newUrl = z.object({ url: z.string() });

/** Resolves with the connector's URL. */
export async function addConnector(admin: Admin, tenant: string, connector: NewConnector): Promise<string> {
  const { name, ceiling, homes } = connector;
  const selection = homes ? { homes: { kind: 'list', homes } } : {};
  return newConnector(admin, tenant, { name, ceiling, ...selection });
}

/** Whatever the endpoint takes. Resolves with the connector's URL. */
export async function newConnector(admin: Admin, tenant: string, connector: object): Promise<string> {
  return newUrl.parse(await admin.send('POST', `/tenants/${tenant}/connectors`, connector)).url;
}
