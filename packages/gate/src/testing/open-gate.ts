import { randomBytes } from 'node:crypto';
import { Fault } from '@hub/core/fault.ts';
import { hashSecret, newId } from '@hub/core/ids.ts';
import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { listAudit } from '@hub/db/audit.ts';
import { findConnectorByHash } from '@hub/db/connector-access.ts';
import { createConnector, type NewConnector } from '@hub/db/connectors.ts';
import { readLink } from '@hub/db/home-links.ts';
import { registerHome } from '@hub/db/homes.ts';
import { createPerson, ensureMember } from '@hub/db/people.ts';
import { createTenant } from '@hub/db/tenants.ts';
import { createTestDatabase, type TestDatabase } from '@hub/db/testing/database.ts';
import type { View } from '@hub/ha/view.ts';
import type { JobsPort } from '@hub/jobs/port.ts';
import { createMemoryLimiter } from '@hub/runtime/limiter.ts';
import { createLogger } from '@hub/runtime/log.ts';
import { createMetrics } from '@hub/runtime/metrics.ts';
import { createMemoryMap } from '@hub/runtime/volatile-map.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import type { Tool } from '@hub/tools/define.ts';
import { tools as registry } from '@hub/tools/registry.gen.ts';
import { createInlineJobs } from '@hub/tools/testing/inline-jobs.ts';
import { createApprovals } from '../approvals.ts';
import { createBestPractice } from '../best-practice.ts';
import { createCatalogue } from '../catalogue.ts';
import { accessOf, type ConnectorAccess } from '../connector-access.ts';
import type { CallResult } from '../envelope.ts';
import { createGate, type Gate } from '../gate.ts';
import { createHolder } from '../holder.ts';
import { createCallObserver } from '../observe.ts';
import { openHome } from '../open-home.ts';
import { createRepeatedCreates } from '../repeated-creates.ts';
import { createSavedTools } from '../saved-tools.ts';
import { createStoredEdits } from '../stored-edits.ts';
import { createStoredTrail } from '../stored-trail.ts';
import { createContextFactory } from '../tool-context.ts';
import { createTraffic } from '../traffic.ts';
import type { Trail } from '../trail.ts';

export interface OpenGate extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly tenantId: string;
  readonly homes: readonly SimulatedHome[];
  readonly gate: Gate;
  readonly trail: Trail;
  connector(input?: Partial<NewConnector>): Promise<ConnectorAccess>;
  call(connector: ConnectorAccess, name: string, args: unknown): Promise<CallResult>;
}

/** The gate as the hub builds it, on a database of its own and simulated homes; jobs run at once, in this process. */
export async function openGate({
  homeCount = 1,
  others = [],
  tools = registry,
}: {
  readonly homeCount?: number;
  /** Homes that run elsewhere; they come after the simulated ones. */
  readonly others?: readonly { readonly url: string; readonly token: string }[];
  readonly tools?: readonly Tool[];
} = {}): Promise<OpenGate> {
  const database = await createTestDatabase();
  const { db, vault } = database;
  const log = createLogger({ name: 'test', level: 'silent', to: 'stderr' });
  const metrics = createMetrics({ version: '0', service: 'hub' });
  const tenant = await createTenant(db, vault, { name: 'Gate test' }, SYSTEM_ACTOR);
  const person = await createPerson(db, { name: 'Owner' }, SYSTEM_ACTOR);
  const member = await ensureMember(db, tenant.id, person.id, 'owner', SYSTEM_ACTOR);
  const homes = await Promise.all(
    Array.from({ length: homeCount }, (_, n) => startSimulatedHome({ name: `Home ${n + 1}` })),
  );
  for (const [n, { url, token }] of [...homes, ...others].entries()) {
    await registerHome(
      db,
      vault,
      tenant.id,
      { slug: `home-${n + 1}`, name: `Home ${n + 1}`, instanceId: `instance-${n + 1}`, link: { url, token } },
      SYSTEM_ACTOR,
    );
  }
  const holder = createHolder({
    mirrorBudgetBytes: 1e9,
    onState: () => undefined,
    onCall: () => undefined,
    readLink: async (tenantId, homeId) => {
      const { url = '', token = '' } = await readLink(db, vault, tenantId, homeId);
      return { id: homeId, url, token, allowPrivateAddresses: true };
    },
  });
  const catalogue = createCatalogue(tools);
  const trail = createStoredTrail({ db, replicaId: newId(), metrics, log });
  const bestPractice = createBestPractice({
    secret: randomBytes(32),
    given: createMemoryMap({ maxEntries: 20_000, maxBytes: 8 * 1024 * 1024 }),
  });
  const views = new Map<string, View>();
  const jobs = new Map<string, JobsPort>();
  const gate = createGate({
    approvals: createApprovals(db, vault),
    bestPractice,
    repeatedCreates: createRepeatedCreates(createMemoryMap({ maxEntries: 1_000, maxBytes: 1e6 })),
    catalogue,
    trail,
    openHome: async (home, connector) => {
      const opened = openHome(await holder.hold(connector.tenantId, home.id), connector);
      views.set(home.id, opened.view);
      return opened;
    },
    context: createContextFactory({
      bestPractice,
      editsFor: (origin) => createStoredEdits({ db, vault, log }, origin),
      jobsFor: ({ homes: [first] }, home = first) => {
        const view = home && views.get(home.id);
        if (!view) throw new Error('this gate runs jobs of homes that were asked before');
        const port = jobs.get(home.id) ?? createInlineJobs(view);
        jobs.set(home.id, port);
        return port;
      },
      fleetFor: () => {
        throw new Fault('COMPONENT_NOT_INSTALLED', 'This gate has no queue for work at many homes.', {
          suggestion: 'Use the queue of a hub.',
        });
      },
      recentCalls: ({ tenantId, id: connectorId }, homeId, limit) =>
        listAudit(db, tenantId, { connectorId, homeId, limit }),
      savedToolsFor: (connector) => createSavedTools({ db, vault }, connector),
      results: createMemoryMap({ maxEntries: 1_000, maxBytes: 1e6 }),
      stateOf: holder.stateOf,
      fleetOf: async () => [],
      heldOf: async () => new Set(),
    }),
    traffic: createTraffic({ limiter: createMemoryLimiter({ points: 10_000, durationS: 1 }), maxInFlight: 64 }),
    observer: createCallObserver({ metrics, log, toolNames: catalogue.names }),
  });
  let made = 0;
  return {
    database,
    tenantId: tenant.id,
    homes,
    gate,
    trail,
    async connector(input = {}) {
      const { secret } = await createConnector(
        db,
        tenant.id,
        { memberId: member.id, name: `connector-${++made}`, ceiling: 'configure', ...input },
        SYSTEM_ACTOR,
      );
      const stored = await findConnectorByHash(db, hashSecret(secret));
      if (!stored) throw new Error('the connector just made is not there');
      return accessOf(stored);
    },
    call: (connector, name, args) => gate.call({ connector, name, args, signal: new AbortController().signal }),
    async [Symbol.asyncDispose]() {
      await trail.flush();
      await holder.close();
      await Promise.all(homes.map((home) => home.close()));
      await database.drop();
    },
  };
}
