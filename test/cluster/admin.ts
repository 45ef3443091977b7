import { type Admin, newConnector, openAdminWith } from '../admin.ts';

/** The administration of a cluster, over REST. */
export interface ClusterAdmin extends Admin {
  /** Makes a connector; resolves with its URL. */
  connector(tenant: string, connector: object): Promise<string>;
}

export function openClusterAdmin(base: string, key: string): ClusterAdmin {
  const admin = openAdminWith(base, key);
  return { ...admin, connector: (tenant, connector) => newConnector(admin, tenant, connector) };
}
