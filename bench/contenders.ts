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
}

export interface HomeToAsk {
  readonly url: string;
  readonly token: string;
  /** Lights that may be switched, the first of which is also read. */
  readonly lights: readonly string[];
}

const STATE_BY_REST = 'state by REST';
const SERVICE_BY_WS = 'service call by WebSocket';
const SERVICE_SEEN = 'service call by WebSocket, new state seen';
const [ON, OFF] = ['turn_on', 'turn_off'] as const;

/** The same things asked of Home Assistant itself, as its own clients ask them. */
export function homeContenders({ url, token, lights }: HomeToAsk): readonly Contender[] {
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
  ];
}

/** The hub's side; tools that it does not list are left out. Each lane takes turns over all clients, whose rate is limited. */
export function hubContenders(
  clients: readonly McpClient[],
  lights: readonly string[],
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
  const rows: readonly (Contender & { readonly tool?: string })[] = [
    row('tools/list', () => [{ method: 'tools/list' }]),
    {
      ...row('ha_get_state', (light) => [tool('ha_get_state', { entity_id: light })], { beside: STATE_BY_REST }),
      tool: 'ha_get_state',
    },
    { ...row('ha_search', () => [tool('ha_search', { query: 'kitchen' })]), tool: 'ha_search' },
    { ...row('ha_get_overview', () => [tool('ha_get_overview')]), tool: 'ha_get_overview' },
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
