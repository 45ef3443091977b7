import { Fault } from '@hub/core/fault.ts';
import type { Connector } from '@hub/db/connector-record.ts';
import { findConnector } from '@hub/db/connectors.ts';
import { notFound } from '@hub/db/constraint-fault.ts';
import type { HomeRecord } from '@hub/db/home-record.ts';
import { findHome } from '@hub/db/homes.ts';
import { listMembers, type Member } from '@hub/db/people.ts';
import { isId } from '@hub/db/slug.ts';
import { findTenant, type Tenant } from '@hub/db/tenants.ts';
import type { Deps } from '../deps.ts';

/** By slug or id. @throws Fault RESOURCE_NOT_FOUND */
export async function tenantOf({ storage }: Deps, ref: string): Promise<Tenant> {
  const tenant = await findTenant(storage.db, ref);
  if (!tenant) throw notFound(`A tenant '${ref}'`, 'List the tenants: hub tenants list');
  return tenant;
}

/** By slug, id or unique name. @throws Fault RESOURCE_NOT_FOUND (tenant) | HOME_NOT_FOUND */
export async function homeOf(deps: Deps, tenantRef: string, ref: string): Promise<HomeRecord> {
  const tenant = await tenantOf(deps, tenantRef);
  return homeIn(deps, tenant.id, ref);
}

/** @throws Fault HOME_NOT_FOUND */
export async function homeIn({ storage }: Deps, tenantId: string, ref: string): Promise<HomeRecord> {
  const home = await findHome(storage.db, tenantId, ref);
  if (!home) {
    throw new Fault('HOME_NOT_FOUND', `A home '${ref}' was not found.`, {
      suggestion: 'List the homes: hub homes list',
    });
  }
  return home;
}

/** By name, or by id also when revoked. @throws Fault RESOURCE_NOT_FOUND */
export async function connectorOf(deps: Deps, tenantRef: string, ref: string): Promise<Connector> {
  const tenant = await tenantOf(deps, tenantRef);
  const connector = await findConnector(deps.storage.db, tenant.id, ref);
  if (!connector) throw notFound(`A connector '${ref}'`, 'List the connectors: hub connectors list');
  return connector;
}

/** By id or unique name; without one, the first owner. @throws Fault RESOURCE_NOT_FOUND */
export async function memberIn({ storage }: Deps, tenantId: string, ref: string | undefined): Promise<Member> {
  const members = await listMembers(storage.db, tenantId);
  if (ref === undefined) {
    const owner = members.find(({ role }) => role === 'owner');
    if (!owner) throw notFound('An owner of this tenant', 'Add one: hub members add NAME --role owner');
    return owner;
  }
  const found = members.filter((one) => [one.id, one.personId, one.personName].includes(ref));
  const [member] = found;
  if (!member || found.length > 1) {
    const what = found.length > 1 ? `One single member '${ref}'` : `A member '${ref}'`;
    throw notFound(what, `Use one of the ids of: hub members list`);
  }
  return member;
}

/** For filters over what outlives its home or connector: the id of what is there, or the id as given. */
export async function idOf(ref: string, find: () => Promise<{ readonly id: string }>): Promise<string> {
  if (isId(ref)) return ref;
  return (await find()).id;
}
