import { z } from 'zod';
import { callTool, listTools } from '../test/ask-hub.ts';
import { startChild } from './child.ts';
import { type Compared, compare, type Pace, type Row } from './compare.ts';
import { type Contender, type HomeToAsk, homeContenders, hubContenders, type RanAutomation } from './contenders.ts';
import type { Samples } from './load/traffic.ts';
import { type Era, openClient } from './mcp-client.ts';
import { type MeasuredHub, startMeasuredHub } from './measured-hub.ts';

export interface OneHomeOptions {
  readonly home: { readonly url: string; readonly token: string };
  readonly eras: readonly Era[];
  readonly atOnce: readonly number[];
  readonly pace: Pace;
  /** Only rows whose title holds this. */
  readonly rows?: string | undefined;
}

export interface OneHomeFigures {
  readonly haVersion: string;
  readonly entities: number;
  readonly rows: readonly Row[];
  /** `hub_overhead_seconds` of all tool calls: 99 % stayed at or below this bound. */
  readonly overheadP99Ms: number;
  readonly toolCalls: number;
}

/** A connector may make 2,000 calls a second for long; as many take turns as the fastest row needs. */
const CONNECTORS = 24;
const MAX_LIGHTS = 16;
const MAX_SENSORS = 20;

const stateSchema = z.array(z.looseObject({ entity_id: z.string(), state: z.string() }));
const configSchema = z.looseObject({ version: z.string() });

/** A hub with one home, asked beside that home itself. */
export async function measureOneHome({
  home,
  eras,
  atOnce,
  pace,
  rows: wanted,
}: OneHomeOptions): Promise<OneHomeFigures> {
  const { version: haVersion } = configSchema.parse(await askHome(home, '/api/config'));
  const states = stateSchema.parse(await askHome(home, '/api/states'));
  const lights = states
    .filter(({ entity_id, state }) => entity_id.startsWith('light.') && (state === 'on' || state === 'off'))
    .map(({ entity_id }) => entity_id)
    .slice(0, MAX_LIGHTS);
  const sensors = states.map(({ entity_id }) => entity_id).filter((id) => id.startsWith('sensor.'));
  await using hub = await startMeasuredHub({ home });
  await using load = startChild(new URL('./load/main.ts', import.meta.url));
  const compared: Compared = {
    usage: hub.usage,
    drive: async (traffic, { warmMs, measureMs }) => samplesOf(await load.ask({ traffic, warmMs, measureMs })),
  };
  const asked: HomeToAsk = {
    ...{ ...home, lights, sensors: sensors.slice(0, MAX_SENSORS) },
    ran: await runAutomation(
      hub,
      states.find(({ entity_id }) => entity_id.startsWith('automation.')),
    ),
  };
  const all = [...homeContenders(asked), ...(await hubSide(hub, asked, eras))];
  const contenders = all.filter(({ title }) => wanted === undefined || title.includes(wanted));
  const overheadBefore = await hub.overhead();
  const rows: Row[] = [];
  for (const count of atOnce) rows.push(...(await compare(contenders, count, pace, compared)));
  const overhead = quantile(overheadBefore, await hub.overhead(), 0.99);
  return {
    haVersion,
    entities: states.length,
    rows,
    overheadP99Ms: overhead.boundS * 1_000,
    toolCalls: overhead.count,
  };
}

/** Lets it run once, for a trace to read. */
async function runAutomation(
  hub: MeasuredHub,
  automation: z.infer<typeof stateSchema>[number] | undefined,
): Promise<RanAutomation | undefined> {
  if (!automation) return undefined;
  const { entity_id: entityId } = automation;
  const call = { domain: 'automation', service: 'trigger', entity_id: entityId, wait: false };
  await callTool(hub.running.url, 'ha_call_service', call);
  const { body } = await callTool(hub.running.url, 'ha_get_automation_traces', { automation_id: entityId });
  const [run] = z.object({ traces: z.array(z.looseObject({ run_id: z.string() })) }).safeParse(body).data?.traces ?? [];
  const { id } = z.looseObject({ id: z.string().optional() }).parse(automation['attributes']);
  return run && id !== undefined ? { entityId, id, runId: run.run_id } : undefined;
}

async function hubSide(hub: MeasuredHub, asked: HomeToAsk, eras: readonly Era[]): Promise<Contender[]> {
  const urls = await hub.connectors(CONNECTORS);
  const tools = new Set(await listTools(hub.running.url));
  // The link opens and the mirror loads on first use, which is not what the table is about.
  for (const [name, args] of Object.entries({
    ha_get_state: { entity_id: asked.lights[0] },
    ha_search: { query: 'light' },
    ha_get_overview: {},
    ha_get_device: {},
  })) {
    if (tools.has(name)) await callTool(hub.running.url, name, args);
  }
  const sides: Contender[] = [];
  for (const era of eras) {
    const clients = [];
    for (const url of urls) clients.push(await openClient(url, era));
    sides.push(...hubContenders(clients, asked, tools));
  }
  return sides;
}

async function askHome({ url, token }: OneHomeOptions['home'], path: string): Promise<unknown> {
  const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return response.json();
}

function samplesOf(answer: unknown): Samples {
  const { samples, error } = answer as { readonly samples?: Samples; readonly error?: string };
  if (!samples) throw new Error(`the load generator: ${error}`);
  return samples;
}

/** The smallest bucket bound under which `share` of what was counted in between lies. */
function quantile(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>, share: number) {
  const counts = [...after].map(([boundS, count]) => ({ boundS, count: count - (before.get(boundS) ?? 0) }));
  const count = counts.at(-1)?.count ?? 0;
  return { boundS: counts.find((one) => one.count >= share * count)?.boundS ?? Number.NaN, count };
}
