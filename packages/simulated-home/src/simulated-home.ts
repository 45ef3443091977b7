import { newSecret } from '@hub/core/ids.ts';
import type { CommunityStoreModel } from './community-store-model.ts';
import { demoScenario } from './demo-scenario.ts';
import { hasSplitDevices } from './device-registry.ts';
import { startDrift } from './drift.ts';
import { putEntry } from './entity-registry.ts';
import type { LooseSpec } from './entity-spec.ts';
import { putEntity } from './helper-collections.ts';
import { closeHome, contextOf, openHome, setState } from './home-model.ts';
import { stableId } from './identifiers.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import { radioDevices } from './radio-devices.ts';
import { openRadios } from './radio-state.ts';
import type { Json } from './read.ts';
import { listenForHomes } from './server.ts';
import { type HomeSize, sizedScenario } from './sized-scenario.ts';
import type { SupervisorModel } from './supervisor/supervisor-model.ts';
import { buildTemplate } from './template.ts';

export const simulatedVersion = '2026.11.0';

export interface SimulatedHomeOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** A long-lived access token; random unless given. */
  readonly token?: string;
  readonly scenario?: 'demo' | HomeSize;
  /** Z-Wave, Zigbee, Matter and a Thread border router. */
  readonly hasRadios?: boolean;
  /** A calendar version; before 2026.8 a device may belong to two integrations. */
  readonly version?: string;
  readonly name?: string;
  readonly instanceId?: string;
  /** Added to every answer, in milliseconds. */
  readonly latencyMs?: number;
  /** Gives it apps and a store. */
  readonly supervisor?: SupervisorModel;
  /** HACS, or the marketplace. */
  readonly communityStore?: CommunityStoreModel;
}

export interface SimulatedHome {
  readonly url: string;
  readonly token: string;
  readonly instanceId: string;
  /** Sets a state as a device would; attributes are merged into the old ones. */
  pushState(entityId: string, state: string, attributes?: Json): void;
  stateOf(entityId: string): string | undefined;
  /** An entity as an integration would bring it, on the device of another entity if told. */
  addEntity(spec: LooseSpec, on?: { readonly deviceOf?: string; readonly options?: Json }): void;
  /** What its radios were told, oldest first. */
  radioLog(): readonly Json[];
  /** Backups go on until they are released, as those of a large home do. */
  holdBackups(): void;
  releaseBackups(): void;
  /** Replaces the way the home fails its clients; `{}` makes it well again. */
  misbehave(how: Misbehaviour): void;
  /** Cuts every connection at once, as a restart or a lost line does. */
  disconnectAll(): void;
  connections(): number;
  close(): Promise<void>;
}

/**
 * Starts one home in this process. Sensors move and services act, but automations run only when triggered by a service
 * call, and templates know a small subset. @throws the system's error when the port is taken
 */
export async function startSimulatedHome(options: SimulatedHomeOptions = {}): Promise<SimulatedHome> {
  const { port = 0, host = '127.0.0.1', token = newSecret(), scenario = 'demo', latencyMs = 0 } = options;
  const {
    version = simulatedVersion,
    hasRadios = false,
    name = 'Simulated home',
    instanceId = stableId(`instance/${name}`),
  } = options;
  const base = scenario === 'demo' ? demoScenario() : sizedScenario(scenario);
  const spec = hasRadios ? { ...base, devices: [...base.devices, ...radioDevices] } : base;
  const template = buildTemplate(spec, Date.now(), !hasSplitDevices(version));
  const identity = { name, instanceId, userId: stableId(`owner/${instanceId}`), version };
  const radios = hasRadios ? openRadios() : undefined;
  const home = openHome(template, identity, {
    supervisor: options.supervisor,
    communityStore: options.communityStore,
    radios,
  });
  for (const [entityId, items] of spec.todos) home.todos.set(entityId, items);
  const mood = { now: {} };
  const find = (given: string) => (given === token ? home : undefined);
  const server = await listenForHomes({ version: identity.version, mood, latencyMs, find }, port, host);
  const stopDrift = startDrift(() => [home], false);
  return {
    url: server.url,
    token,
    instanceId,
    pushState(entityId, state, attributes = {}) {
      const old = home.states.get(entityId);
      setState(home, entityId, state, { ...old?.attributes, ...attributes }, contextOf(null));
    },
    stateOf: (entityId) => home.states.get(entityId)?.state,
    addEntity(spec, { deviceOf = '', options = {} } = {}) {
      putEntity(home, spec);
      const entry = home.entities.get(spec.id);
      const deviceId = home.entities.get(deviceOf)?.device_id ?? null;
      if (entry) putEntry(home, { ...entry, device_id: deviceId, options });
    },
    radioLog: () => home.radios?.told ?? [],
    holdBackups() {
      home.heldBackups ??= [];
    },
    releaseBackups() {
      const held = home.heldBackups ?? [];
      home.heldBackups = undefined;
      for (const finish of held) finish();
    },
    misbehave(how) {
      mood.now = how;
    },
    disconnectAll: server.disconnectAll,
    connections: server.connections,
    async close() {
      stopDrift();
      closeHome(home);
      await server.close();
    },
  };
}
