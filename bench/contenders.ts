import type { HttpTraffic, Traffic, WsAsk } from './load/traffic.ts';
import { type Era, type McpAsk, type McpClient, requestText } from './mcp-client.ts';

/** One row of the table: what is asked, and of whom. */
export interface Contender {
  readonly title: string;
  /** Undefined: asked of Home Assistant itself. */
  readonly era: Era | undefined;
  /** The title of the row of Home Assistant that does the same. */
  readonly beside?: string;
  traffic(atOnce: number): Traffic;
  /** More at once would get in each other's way. */
  readonly maxAtOnce?: number;
  /** What the median may take at one question at a time. */
  readonly budgetMs?: number;
}

export interface HomeToAsk {
  readonly url: string;
  readonly token: string;
  /** Lights that may be switched, the first of which is also read. */
  readonly lights: readonly string[];
  /** Twenty at most, whose week is asked for. */
  readonly sensors: readonly string[];
  /** An automation that has run; undefined when the home has none. */
  readonly ran: RanAutomation | undefined;
}

export interface RanAutomation {
  readonly entityId: string;
  readonly id: string;
  readonly runId: string;
}

const STATE_BY_REST = 'state by REST';
const SERVICE_BY_WS = 'service call by WebSocket';
const SERVICE_SEEN = 'service call by WebSocket, new state seen';
const HISTORY_BY_WS = '20 histories of 7 days by WebSocket';
const TRACE_BY_WS = 'trace by WebSocket';
const WEEK_MS = 7 * 86_400_000;
/** Half of what ha-mcp takes on the same home: 6.8, 19 and 8.7 ms. */
const [SEARCH_MS, OVERVIEW_MS, DEVICES_MS] = [3.4, 9.5, 4.4];
const [ON, OFF] = ['turn_on', 'turn_off'] as const;

/** The same things asked of Home Assistant itself, as its own clients ask them. */
export function homeContenders({ url, token, lights, sensors, ran }: HomeToAsk): readonly Contender[] {
  const ws = (title: string, asks: (light: string) => readonly WsAsk[], maxAtOnce?: number): Contender => ({
    title,
    era: undefined,
    ...(maxAtOnce === undefined ? {} : { maxAtOnce }),
    traffic: (atOnce) => ({ kind: 'ws', url, token, lanes: lanesOf(atOnce, (lane) => asks(pick(lights, lane))) }),
  });
  const rest = (title: string, request: (light: string) => readonly string[]): Contender => ({
    title,
    era: undefined,
    traffic: (atOnce) =>
      httpTraffic(
        new URL(url),
        lanesOf(atOnce, (lane) => request(pick(lights, lane))),
        '',
      ),
  });
  const service = (light: string, action: typeof ON | typeof OFF) => ({
    type: 'call_service',
    domain: 'light',
    service: action,
    target: { entity_id: light },
  });
  return [
    ws('ping by WebSocket', () => [{ command: { type: 'ping' } }]),
    rest(STATE_BY_REST, (light) => [restText(url, token, 'GET', `/api/states/${light}`)]),
    ws(SERVICE_BY_WS, (light) => [{ command: service(light, ON) }, { command: service(light, OFF) }]),
    ws(
      SERVICE_SEEN,
      (light) => [
        { command: service(light, ON), seen: { entityId: light, state: 'on' } },
        { command: service(light, OFF), seen: { entityId: light, state: 'off' } },
      ],
      lights.length,
    ),
    rest('service call by REST', (light) =>
      [ON, OFF].map((action) => restText(url, token, 'POST', `/api/services/light/${action}`, { entity_id: light })),
    ),
    ws(HISTORY_BY_WS, () => [{ command: weekOf(sensors) }]),
    ...(ran ? [ws(TRACE_BY_WS, () => [{ command: traceOf(ran) }])] : []),
  ];
}

function weekOf(sensors: readonly string[]) {
  return {
    type: 'history/history_during_period',
    start_time: new Date(Date.now() - WEEK_MS).toISOString(),
    entity_ids: sensors,
    minimal_response: true,
    no_attributes: true,
  };
}

function traceOf({ id, runId }: RanAutomation) {
  return { type: 'trace/get', domain: 'automation', item_id: id, run_id: runId };
}

/** The hub's side; tools that it does not list are left out. Each lane takes turns over all clients, whose rate is limited. */
export function hubContenders(
  clients: readonly McpClient[],
  { lights, sensors, ran }: Pick<HomeToAsk, 'lights' | 'sensors' | 'ran'>,
  tools: ReadonlySet<string>,
): readonly Contender[] {
  const [first] = clients;
  if (!first) throw new Error('no client');
  const { era, url } = first;
  const row = (
    title: string,
    asks: (light: string) => readonly McpAsk[],
    extra: Partial<Contender> = {},
  ): Contender => ({
    title,
    era,
    ...extra,
    traffic: (atOnce) => {
      const lane = (at: number) => {
        const turns = asks(pick(lights, at));
        return clients.map((_, turn) => requestText(pick(clients, at + turn), pick(turns, turn)));
      };
      return httpTraffic(url, lanesOf(atOnce, lane), '"result":');
    },
  });
  const tool = (name: string, args: McpAsk['args'] = {}): McpAsk => ({ method: 'tools/call', tool: name, args });
  const switching = (light: string, wait: boolean) =>
    [ON, OFF].map((service) => tool('ha_call_service', { domain: 'light', service, entity_id: light, wait }));
  const reading = (title: string, name: string, args: McpAsk['args'], extra: Partial<Contender>) => ({
    ...row(title, () => [tool(name, args)], extra),
    tool: name,
  });
  const rows: readonly (Contender & { readonly tool?: string })[] = [
    row('tools/list', () => [{ method: 'tools/list' }]),
    {
      ...row('ha_get_state', (light) => [tool('ha_get_state', { entity_id: light })], { beside: STATE_BY_REST }),
      tool: 'ha_get_state',
    },
    reading('ha_search', 'ha_search', { query: 'kitchen' }, { budgetMs: SEARCH_MS }),
    reading(
      'ha_search, configurations',
      'ha_search',
      { query: 'light', search_types: ['automation', 'script', 'scene', 'helper', 'dashboard'] },
      { budgetMs: SEARCH_MS },
    ),
    reading('ha_get_overview', 'ha_get_overview', {}, { budgetMs: OVERVIEW_MS }),
    reading('ha_get_overview, full', 'ha_get_overview', { detail_level: 'full' }, { budgetMs: OVERVIEW_MS }),
    reading('ha_get_device, a page', 'ha_get_device', {}, { budgetMs: DEVICES_MS }),
    reading(
      'ha_get_history, 20 of 7 days',
      'ha_get_history',
      { entity_ids: sensors, start_time: '7d' },
      { beside: HISTORY_BY_WS },
    ),
    ...(ran
      ? [
          reading(
            'ha_get_automation_traces, one',
            'ha_get_automation_traces',
            { automation_id: ran.entityId, run_id: ran.runId },
            { beside: TRACE_BY_WS },
          ),
        ]
      : []),
    {
      ...row('ha_call_service, wait: false', (light) => switching(light, false), { beside: SERVICE_BY_WS }),
      tool: 'ha_call_service',
    },
    {
      ...row('ha_call_service', (light) => switching(light, true), { beside: SERVICE_SEEN, maxAtOnce: lights.length }),
      tool: 'ha_call_service',
    },
  ];
  return rows.filter((one) => one.tool === undefined || tools.has(one.tool));
}

function httpTraffic(url: URL, lanes: HttpTraffic['lanes'], wants: string): HttpTraffic {
  const { hostname: host, port } = url;
  return { kind: 'http', host, port: Number(port), lanes, wants, refuses: '"isError":true' };
}

function restText(base: string, token: string, method: 'GET' | 'POST', path: string, json?: object): string {
  const body = json === undefined ? '' : JSON.stringify(json);
  return [
    `${method} ${path} HTTP/1.1`,
    `host: ${new URL(base).host}`,
    `authorization: Bearer ${token}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}

function lanesOf<T>(count: number, lane: (at: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, at) => lane(at));
}

function pick<T>(from: readonly T[], at: number): T {
  const one = from[at % from.length];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}
