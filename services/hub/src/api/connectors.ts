import { readConnectorAccess } from '@hub/db/connector-access.ts';
import type { Connector, HomeSelection } from '@hub/db/connector-record.ts';
import { createConnector, listConnectors, revokeConnector, updateConnector } from '@hub/db/connectors.ts';
import { rotateCredential } from '@hub/db/credentials.ts';
import { listHomes } from '@hub/db/homes.ts';
import { listMembers } from '@hub/db/people.ts';
import type { EntitySelection } from '@hub/ha/visibility.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { keepRotatedDefault } from '../welcome/default-connector.ts';
import type { Api } from './api-scope.ts';
import {
  type ConnectorNames,
  connectorAnswer,
  connectorPatch,
  connectorShape,
  connectorWithSummaryShape,
  type HomesInput,
  newConnector,
  newUrlShape,
  rotation,
} from './connector-shape.ts';
import { summarize } from './connector-summary.ts';
import { flag, ref, tenantParams } from './field-shapes.ts';
import { connectorOf, homeIn, memberIn, tenantOf } from './find.ts';
import { OPERATOR } from './operator.ts';
import { publicBase } from './public-base.ts';
import { patchedSettings } from './setting-shapes.ts';
import { strayRules } from './stray-rules.ts';

const tags = ['connectors'];
const HOUR_MS = 3_600_000;

const connectorParams = tenantParams.extend({ connector: ref.describe('name or id') });

export function connectorRoutes(api: Api, deps: Deps): void {
  const { db } = deps.storage;
  const urlOf = (secret: string) => `${publicBase(deps.config)}/private_${secret}`;

  api.get(
    '/tenants/:tenant/connectors',
    {
      schema: {
        operationId: 'listConnectors',
        summary: 'Connectors of a tenant',
        tags,
        params: tenantParams,
        querystring: z.strictObject({ includeRevoked: flag.default(false) }),
        response: { 200: z.object({ connectors: z.array(connectorShape) }) },
      },
    },
    async ({ params, query }) => {
      const { id } = await tenantOf(deps, params.tenant);
      const names = await readNames(deps, id);
      const connectors = await listConnectors(db, id, query);
      return { connectors: connectors.map((one) => connectorAnswer(one, names)) };
    },
  );

  api.post(
    '/tenants/:tenant/connectors',
    {
      schema: {
        operationId: 'createConnector',
        summary: 'Make a connector; the answer holds its URL, this once',
        tags,
        params: tenantParams,
        body: newConnector,
        response: { 201: newUrlShape },
      },
    },
    async ({ params, body }, reply) => {
      const { id } = await tenantOf(deps, params.tenant);
      const { member: memberRef, name, ceiling, homes, expiresAt, ...settings } = body;
      const { connector, secret } = await createConnector(
        db,
        id,
        {
          ...{ name, ceiling, expiresAt },
          memberId: (await memberIn(deps, id, memberRef)).id,
          homes: await selectionOf(deps, id, homes),
          settings: patchedSettings({}, settings),
        },
        OPERATOR,
      );
      return reply
        .code(201)
        .send({ url: urlOf(secret), connector: await withSummary(deps, connector, body.visibility?.deny) });
    },
  );

  api.get(
    '/tenants/:tenant/connectors/:connector',
    {
      schema: {
        operationId: 'getConnector',
        summary: 'One connector and what its URL can do',
        tags,
        params: connectorParams,
        response: { 200: connectorWithSummaryShape },
      },
    },
    async ({ params }) => withSummary(deps, await connectorOf(deps, params.tenant, params.connector)),
  );

  api.patch(
    '/tenants/:tenant/connectors/:connector',
    {
      schema: {
        operationId: 'updateConnector',
        summary: 'Change what a connector may do; its URL stays',
        tags,
        params: connectorParams,
        body: connectorPatch,
        response: { 200: connectorWithSummaryShape },
      },
    },
    async ({ params, body: { name, ceiling, homes, expiresAt, ...settings } }) => {
      const connector = await connectorOf(deps, params.tenant, params.connector);
      const patch = {
        ...{ name, ceiling, expiresAt },
        homes: homes && (await selectionOf(deps, connector.tenantId, homes)),
        settings: (stored: Readonly<Record<string, unknown>>) => patchedSettings(stored, settings),
      };
      const changed = await updateConnector(db, connector.tenantId, connector.id, patch, OPERATOR);
      return withSummary(deps, changed, settings.visibility?.deny);
    },
  );

  api.post(
    '/tenants/:tenant/connectors/:connector/rotate',
    {
      schema: {
        operationId: 'rotateConnector',
        summary: 'Give a connector a new URL',
        tags,
        params: connectorParams,
        body: rotation,
        response: { 200: newUrlShape.required() },
      },
    },
    async ({ params, body }) => {
      const { tenantId, id } = await connectorOf(deps, params.tenant, params.connector);
      const options = { keepOldForMs: body.keepOldHours * HOUR_MS };
      const { secret, oldValidUntil } = await rotateCredential(db, tenantId, id, options, OPERATOR);
      await keepRotatedDefault(deps, id, secret);
      const connector = await connectorOf(deps, tenantId, id);
      return {
        url: urlOf(secret),
        connector: await withSummary(deps, connector),
        oldValidUntil: oldValidUntil.toISOString(),
      };
    },
  );

  api.post(
    '/tenants/:tenant/connectors/:connector/revoke',
    {
      schema: {
        operationId: 'revokeConnector',
        summary: 'End a connector for good; its open streams close',
        tags,
        params: connectorParams,
        response: { 200: connectorWithSummaryShape },
      },
    },
    async ({ params }) => {
      const { tenantId, id } = await connectorOf(deps, params.tenant, params.connector);
      await revokeConnector(db, tenantId, id, OPERATOR);
      return withSummary(deps, await connectorOf(deps, tenantId, id));
    },
  );
}

async function readNames({ storage }: Deps, tenantId: string): Promise<ConnectorNames> {
  const [homes, members] = await Promise.all([listHomes(storage.db, tenantId), listMembers(storage.db, tenantId)]);
  return {
    homes: new Map(homes.map((home) => [home.id, home])),
    members: new Map(members.map((member) => [member.id, member])),
  };
}

/** `newlyDenied` by the request that this answers. */
async function withSummary(
  deps: Deps,
  connector: Connector,
  newlyDenied?: EntitySelection,
): Promise<z.output<typeof connectorWithSummaryShape>> {
  const names = await readNames(deps, connector.tenantId);
  const answer = connectorAnswer(connector, names);
  const access = await readConnectorAccess(deps.storage.db, connector.tenantId, connector.id);
  if (!access) return { ...answer, summary: [] };
  const warnings = newlyDenied ? await strayRules(deps, access.homes, newlyDenied) : [];
  return {
    ...answer,
    summary: [...summarize(access, answer.member.name)],
    ...(warnings.length > 0 && { warnings: [...warnings] }),
  };
}

async function selectionOf(deps: Deps, tenantId: string, homes: HomesInput): Promise<HomeSelection> {
  if (homes.kind !== 'list') return homes;
  const found = await Promise.all(homes.homes.map((one) => homeIn(deps, tenantId, one)));
  return { kind: 'list', homeIds: found.map(({ id }) => id) };
}
