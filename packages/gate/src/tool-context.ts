import type { Effect } from '@hub/core/effect.ts';
import type { FleetHome } from '@hub/core/fleet-filter.ts';
import { newSecret } from '@hub/core/ids.ts';
import type { HomeState } from '@hub/ha/home.ts';
import type { View } from '@hub/ha/view.ts';
import type { JobsPort } from '@hub/jobs/port.ts';
import type { VolatileMap } from '@hub/runtime/volatile-map.ts';
import type {
  CallSettings,
  EditsPort,
  FleetPort,
  HomesPort,
  RecentCall,
  ResultsPort,
  SavedToolsPort,
  ToolContext,
} from '@hub/tools/define.ts';
import type { BestPractice } from './best-practice.ts';
import { bodyOf } from './body-of.ts';
import type { ConnectorAccess, ConnectorSettings, HomeAccess } from './connector-access.ts';
import type { ContextFactory } from './gate-deps.ts';
import type { CallRequest, Nested } from './run.ts';
import type { EditOrigin } from './stored-edits.ts';
import { isOff } from './tool-pins.ts';
import { waitingFor } from './upstream-clock.ts';

export interface ContextDeps {
  readonly editsFor: (origin: EditOrigin) => EditsPort;
  readonly jobsFor: (
    connector: ConnectorAccess,
    home: HomeAccess | undefined,
    call: {
      readonly tool: string;
      readonly effect: Effect;
      readonly callId: string;
      readonly signal: AbortSignal;
    },
  ) => JobsPort;
  readonly fleetFor: (request: CallRequest, nested: Nested) => FleetPort;
  readonly results: VolatileMap;
  readonly recentCalls: (
    connector: ConnectorAccess,
    homeId: string | undefined,
    limit: number,
  ) => Promise<readonly RecentCall[]>;
  readonly savedToolsFor: (connector: ConnectorAccess) => SavedToolsPort;
  readonly bestPractice: Pick<BestPractice, 'keyOf'>;
  /** How a home was last seen by this process; undefined before it was linked. */
  readonly stateOf: (homeId: string) => HomeState | undefined;
  /** The connector's homes with what is stored of how they stand. @throws Fault STORAGE_UNAVAILABLE */
  readonly fleetOf: (connector: ConnectorAccess) => Promise<readonly FleetHome[]>;
  /** Ids of homes of its tenant whose link one of several replicas has. @throws Fault STORAGE_UNAVAILABLE */
  readonly heldOf: (connector: ConnectorAccess) => Promise<ReadonlySet<string>>;
}

/** Fills the ports a tool may use for one call. */
export function createContextFactory(deps: ContextDeps): ContextFactory {
  return ({
    request,
    callId,
    tool,
    home,
    effect,
    view,
    signal,
    nested,
    ask,
    isSearching,
    throughEdits,
    throughJobs,
  }): ToolContext => {
    const { connector } = request;
    return {
      get home(): View {
        if (!view) throw new Error(`${tool} has scope connector and may not touch a home`);
        return view;
      },
      homes: {
        ...homesOf(connector, deps.stateOf),
        fleet: () => deps.fleetOf(connector),
        held: () => deps.heldOf(connector),
      },
      caller: { tenantId: connector.tenantId, connectorId: connector.id, callId, clientName: request.clientName },
      settings: settingsOf(home?.settings ?? connector.settings, isSearching),
      signal,
      progress: (done, total, message) => request.progress?.(done, total, message),
      ask,
      get edits(): EditsPort {
        if (!home) throw new Error(`${tool} has scope connector and may not edit a home`);
        const actor = { kind: 'connector', id: connector.id } as const;
        const { tenantId, id: connectorId } = connector;
        return throughEdits(deps.editsFor({ tenantId, homeId: home.id, connectorId, actor, callId, tool }));
      },
      get jobs(): JobsPort {
        const jobs = throughJobs(deps.jobsFor(connector, home, { tool, effect, callId, signal }));
        return { ...jobs, follow: (...asked) => waitingFor(() => jobs.follow(...asked)) };
      },
      get fleet(): FleetPort {
        return deps.fleetFor(request, nested);
      },
      results: resultsOf(deps.results, connector),
      recentCalls: (limit) => deps.recentCalls(connector, home?.id, limit),
      get savedTools(): SavedToolsPort {
        return deps.savedToolsFor(connector);
      },
      get bestPracticeKey(): string | undefined {
        return deps.bestPractice.keyOf(connector);
      },
      call: async (name, args) => bodyOf(await nested(name, args)),
    };
  };
}

function homesOf({ homes }: ConnectorAccess, stateOf: ContextDeps['stateOf']): Pick<HomesPort, 'list'> {
  return {
    list: async () =>
      homes.map(({ id, slug, name, tags, isSimulated }) => ({ id, slug, name, tags, isSimulated, state: stateOf(id) })),
  };
}

function settingsOf(settings: ConnectorSettings, isSearching: boolean): CallSettings {
  return {
    isReadOnly: settings.readOnly,
    isSearching,
    pinnedTools: settings.pinnedTools.filter((name) => !isOff(name, settings)),
  };
}

/** Ids carry 144 random bits and are looked up under the connector, so nobody reads another's records. */
function resultsOf(map: VolatileMap, { id: connectorId }: ConnectorAccess): ResultsPort {
  const keyOf = (kind: string, id: string) => `${connectorId}:${kind}:${id}`;
  return {
    async put(kind, value, ttlMs) {
      const id = newSecret(18);
      await map.set(keyOf(kind, id), { value, expiresAt: Date.now() + ttlMs }, ttlMs);
      return id;
    },
    get: async (kind, id) => ((await map.get(keyOf(kind, id))) as { value: unknown } | undefined)?.value,
    async replace(kind, id, value) {
      const stored = (await map.get(keyOf(kind, id))) as { expiresAt: number } | undefined;
      const leftMs = (stored?.expiresAt ?? 0) - Date.now();
      if (stored && leftMs > 0) await map.set(keyOf(kind, id), { value, expiresAt: stored.expiresAt }, leftMs);
    },
  };
}
