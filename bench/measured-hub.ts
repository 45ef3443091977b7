import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { createConnector } from '@hub/db/connectors.ts';
import { listMembers } from '@hub/db/people.ts';
import { findTenant } from '@hub/db/tenants.ts';
import { type HubDatabase, openHubDatabase, type RunningHub, startHub } from '../test/start-hub.ts';

export interface HubUsage {
  readonly cpuS: number;
  readonly rssMb: number;
  readonly heapMb: number;
}

/** The real hub in a process of its own, all effects allowed, with a second way into its database. */
export interface MeasuredHub extends AsyncDisposable {
  readonly running: RunningHub;
  readonly database: HubDatabase;
  readonly tenantId: string;
  /** From starting the process to the printed URL. */
  readonly startMs: number;
  usage(): Promise<HubUsage>;
  /** Cumulated counts of `hub_overhead_seconds`, by upper bound in seconds. */
  overhead(): Promise<ReadonlyMap<number, number>>;
  /** New connectors for the owner, all homes in reach. */
  connectors(count: number): Promise<readonly string[]>;
}

export interface MeasuredHubOptions {
  readonly dataDir?: string;
  /** What the hub is told of its first home; a simulated one of its own otherwise. */
  readonly home?: { readonly url: string; readonly token: string };
}

export async function startMeasuredHub({ dataDir, home }: MeasuredHubOptions): Promise<MeasuredHub> {
  const startedAt = performance.now();
  const running = await startHub({
    dataDir,
    env: {
      DEFAULT_CEILING: 'destroy',
      ...(home ? { HOME_ASSISTANT_URL: home.url, HOME_ASSISTANT_TOKEN: home.token } : {}),
    },
  });
  const startMs = performance.now() - startedAt;
  const database = await openHubDatabase(running.dataDir);
  const { db } = database;
  const tenant = await findTenant(db, 'home');
  const [owner] = tenant ? await listMembers(db, tenant.id) : [];
  if (!tenant || !owner) throw new Error('the hub has no household');
  const metrics = async () => (await fetch(`${running.opsBase}/metrics`)).text();

  return {
    running,
    database,
    tenantId: tenant.id,
    startMs,
    async usage() {
      const text = await metrics();
      const value = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
      return {
        cpuS: value('process_cpu_seconds_total'),
        rssMb: value('process_resident_memory_bytes') / 2 ** 20,
        heapMb: value('nodejs_heap_size_used_bytes') / 2 ** 20,
      };
    },
    async overhead() {
      const found = (await metrics()).matchAll(
        /^hub_overhead_seconds_bucket\{le="([^"]+)",mcp_method_name="tools\/call"\} (\d+)/gm,
      );
      return new Map([...found].map(([, bound, count]) => [Number(bound?.replace('+Inf', 'Infinity')), Number(count)]));
    },
    async connectors(count) {
      const urls: string[] = [];
      for (let at = 0; at < count; at++) {
        const name = `bench ${startedAt} ${at}`;
        const { secret } = await createConnector(
          db,
          tenant.id,
          { memberId: owner.id, name, ceiling: 'destroy' },
          SYSTEM_ACTOR,
        );
        urls.push(`${running.base}/private_${secret}`);
      }
      return urls;
    },
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await running[Symbol.asyncDispose]();
    },
  };
}
