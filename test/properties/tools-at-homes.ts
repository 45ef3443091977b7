import type { Schema } from '@hub/gate/coerce.ts';
import type { ConnectorAccess } from '@hub/gate/connector-access.ts';
import type { CallResult } from '@hub/gate/envelope.ts';
import { prepareTool } from '@hub/gate/prepared-tool.ts';
import { type OpenGate, openGate } from '@hub/gate/testing/open-gate.ts';
import { createCommunityStoreModel } from '@hub/simulated-home/community-store-model.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { createSupervisorModel } from '@hub/simulated-home/supervisor/supervisor-model.ts';
import { tools as registry } from '@hub/tools/registry.gen.ts';
import { openView } from '@hub/tools/testing/open-view.ts';
import { guardTools, type Watched } from './guarded-tools.ts';
import { type Known, knownFrom } from './known.ts';

/** Every tool at a home of its own, with all that a simulated home can have, and one home that nobody touches. */
export interface ToolsAtHomes extends AsyncDisposable {
  readonly names: readonly string[];
  schema(name: string): Schema;
  watched(name: string): Watched;
  /** What the tool's home has. */
  known(name: string): Promise<Known>;
  call(name: string, args: unknown): Promise<CallResult>;
  /** One read of the calm home, through the same gate. */
  readCalm(): Promise<CallResult>;
  /** The calm home's registries as they are there now. */
  calmRegistries(): Promise<unknown>;
}

/** Read tools whose answers name what there is. */
const TELLING: readonly (readonly [string, object])[] = [
  ['ha_search', { limit: 200 }],
  ['ha_get_device', {}],
  ['ha_list_floors_areas', {}],
  ['ha_config_list_helpers', {}],
  ['ha_config_get_automation', { identifier: 'automation.lights_off' }],
  ['ha_config_get_script', { script_id: 'good_night' }],
  ['ha_config_get_scene', { scene_id: 'scene.evening' }],
  ['ha_get_entity', { entity_id: 'light.bedside' }],
  ['ha_config_get_category', { scope: 'automation' }],
  ['ha_config_list_groups', {}],
  ['ha_config_get_dashboard', {}],
  ['ha_config_get_label', {}],
  ['ha_get_integration', {}],
  ['ha_get_zone', {}],
  ['ha_get_todo', {}],
  ['ha_get_blueprint', {}],
  ['ha_manage_theme', { action: 'list' }],
  ['ha_manage_pipeline', { action: 'list' }],
  ['ha_get_app', {}],
  ['ha_get_hacs_info', {}],
  ['ha_manage_radio', {}],
  ['ha_get_skill_guide', {}],
];

export async function openToolsAtHomes(
  names: readonly string[] = registry.map(({ name }) => name),
): Promise<ToolsAtHomes> {
  await using stack = new AsyncDisposableStack();
  const calm = await startSimulatedHome({ name: 'Calm' });
  stack.defer(() => calm.close());
  const homes: SimulatedHome[] = [];
  for (const name of names) {
    const home = await startSimulatedHome({
      name,
      hasRadios: true,
      supervisor: createSupervisorModel(),
      communityStore: createCommunityStoreModel('hacs'),
    });
    stack.defer(() => home.close());
    homes.push(home);
  }
  const guarded = guardTools(registry);
  const gate = stack.use(await openGate({ homeCount: 0, others: [calm, ...homes], tools: guarded.tools }));
  const all = (await gate.connector()).homes;
  const [calmConnector, ...connectors] = await connectorsOf(
    gate,
    ['calm', ...names],
    all.map(({ id }) => id),
  );
  if (!calmConnector) throw new Error('no calm home');
  const connectorOf = new Map(names.map((name, at) => [name, connectors[at] ?? calmConnector]));
  const calmView = stack.use(await openView(calm)).view;
  const call = (name: string, tool: string, args: unknown) =>
    gate.call(connectorOf.get(name) ?? calmConnector, tool, args);
  const kept = stack.move();
  return {
    names,
    schema: (name) => prepareTool(registry.find((tool) => tool.name === name) ?? unheardOf(name)).schema,
    watched: guarded.watched,
    async known(name) {
      const answers: unknown[] = [];
      for (const [tool, args] of TELLING) answers.push((await call(name, tool, args)).body);
      return knownFrom(answers);
    },
    call: (name, args) => call(name, name, args),
    readCalm: () => gate.call(calmConnector, 'ha_get_state', { entity_id: 'light.bedside' }),
    async calmRegistries() {
      const types = ['entity', 'device', 'area', 'floor', 'label'];
      return Promise.all(types.map((type) => calmView.send({ type: `config/${type}_registry/list` })));
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function unheardOf(name: string): never {
  throw new Error(`there is no tool ${name}`);
}

/** One connector per home, in the order of their slugs, which count from 1. */
async function connectorsOf(
  gate: OpenGate,
  names: readonly string[],
  homeIds: readonly string[],
): Promise<ConnectorAccess[]> {
  const connectors: ConnectorAccess[] = [];
  for (const [at, name] of names.entries()) {
    const homes = { kind: 'list', homeIds: homeIds.slice(at, at + 1) } as const;
    connectors.push(await gate.connector({ name, ceiling: 'destroy', homes, settings: { strict: false } }));
  }
  return connectors;
}
