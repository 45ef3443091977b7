import { z } from 'zod';

/** The administration of a cluster, over REST. */
export interface ClusterAdmin {
  /** The answer's JSON. @throws Error for any status but 2xx */
  send(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<unknown>;
  /** Makes a connector; resolves with its URL. */
  connector(tenant: string, connector: object): Promise<string>;
}

const newUrl = z.object({ url: z.string() });

export function openClusterAdmin(base: string, key: string): ClusterAdmin {
  const admin: ClusterAdmin = {
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
    connector: async (tenant, connector) =>
      newUrl.parse(await admin.send('POST', `/tenants/${tenant}/connectors`, connector)).url,
  };
  return admin;
}
