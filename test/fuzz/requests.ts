import type { Dice } from './dice.ts';
import { type Known, nearArguments, type Schema } from './near-arguments.ts';
import { nested, oddNumber, oddText, oddValue } from './odd-values.ts';

export interface FuzzRequest {
  readonly kind: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string | undefined;
  /** The client hangs up instead of waiting for the answer. */
  readonly hangsUp?: boolean;
}

/** What requests are made of. */
export interface Target {
  /** Connector paths that work: `/private_…`. */
  readonly paths: readonly string[];
  readonly tools: readonly { readonly name: string; readonly inputSchema: Schema }[];
  readonly known: Known;
}

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const MODERN = '2026-07-28';

/** One request; about half are calls of tools, the rest is what only a broken or hostile client sends. */
export function fuzzRequest(dice: Dice, target: Target): FuzzRequest {
  const roll = dice.below(1_000);
  if (roll < 500) return toolCall(dice, target);
  if (roll < 700) return oddMessage(dice, target);
  if (roll < 850) return oddBytes(dice, target);
  if (roll < 851) return hugeBody(dice, target);
  if (roll < 950) return oddAddress(dice, target);
  return oddHeaders(dice, target);
}

function post(kind: string, dice: Dice, target: Target, body: Buffer | string, headers = {}): FuzzRequest {
  return { kind, method: 'POST', path: dice.pick(target.paths), headers: { ...JSON_HEADERS, ...headers }, body };
}

function toolCall(dice: Dice, target: Target): FuzzRequest {
  const tool = dice.pick(target.tools);
  const name = dice.once(50) ? oddText(dice) : tool.name;
  const args = nearArguments(dice, tool.inputSchema, target.known);
  const isModern = dice.once(4);
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientCapabilities': {},
    ...(dice.once(2) ? { progressToken: dice.once(2) ? 'p' : oddNumber(dice) } : {}),
  };
  const meta = isModern ? { _meta: envelope } : dice.once(5) ? { _meta: { progressToken: oddValue(dice) } } : {};
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: dice.below(1e6),
    method: 'tools/call',
    params: { name, arguments: args, ...meta },
  });
  const headers = isModern
    ? { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': encodeURIComponent(tool.name) }
    : {};
  return { ...post(isModern ? 'modern call' : 'call', dice, target, body, headers), hangsUp: dice.once(100) };
}

const METHODS = [
  'initialize',
  'ping',
  'tools/list',
  'tools/call',
  'notifications/cancelled',
  'notifications/initialized',
  'resources/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'server/discover',
  'tasks/get',
  'sampling/createMessage',
];

/** Text of a JSON-RPC message whose parts may each be anything. */
function oddMessage(dice: Dice, target: Target): FuzzRequest {
  const modern = { 'mcp-protocol-version': MODERN, 'mcp-method': dice.pick(METHODS) };
  const raw = (text: string) => post('message', dice, target, text, dice.once(4) ? modern : {});
  switch (dice.below(8)) {
    case 0:
      return raw(JSON.stringify(oddValue(dice)));
    case 1:
      return raw(JSON.stringify(Array.from({ length: dice.below(4) }, () => message(dice))));
    case 2:
      return raw(
        `{"jsonrpc":"2.0","id":${dice.pick(['1e400', '-1e400', '1.5', '9007199254740993', '"\\ud800"', 'true', '{}', '[]', 'null', `"${'9'.repeat(5_000)}"`])},"method":"tools/list"}`,
      );
    case 3:
      return raw(
        `{"jsonrpc":"2.0","id":1,"id":2,"method":"ping","method":"tools/list","__proto__":{"method":"x"},"params":{"__proto__":{"a":1}}}`,
      );
    case 4: {
      const depth = dice.pick([50, 500, 5_000, 50_000]);
      const deep = dice.once(2) ? nested(depth, '[', ']') : nested(depth, '{"a":', '}').replace('":}', '":1}');
      return raw(
        dice.once(2)
          ? deep
          : `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ha_get_state","arguments":{"entity_id":${deep}}}}`,
      );
    }
    default:
      return raw(JSON.stringify(message(dice)));
  }
}

function message(dice: Dice): unknown {
  const part = (usual: unknown) => (dice.once(4) ? oddValue(dice) : usual);
  const parts: [string, unknown][] = [
    ['jsonrpc', part('2.0')],
    ['id', part(dice.below(100))],
    ['method', part(dice.pick(METHODS))],
    ['params', part(dice.once(2) ? {} : { _meta: oddValue(dice), name: oddText(dice), cursor: oddText(dice) })],
    ['result', {}],
    ['error', part({ code: oddNumber(dice), message: oddText(dice) })],
  ];
  return Object.fromEntries(parts.filter((_part, at) => (at < 4 ? !dice.once(8) : dice.once(12))));
}

/** Bodies that are no JSON, no UTF-8, cut off, or said to be something else. */
function oddBytes(dice: Dice, target: Target): FuzzRequest {
  const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}';
  const noise = Buffer.from(Array.from({ length: dice.below(200) }, () => dice.below(256)));
  const bodies: (() => Buffer | string)[] = [
    () => noise,
    () => Buffer.concat([Buffer.from(list.slice(0, -1)), Buffer.from([0xc3, 0x28]), Buffer.from('}')]),
    () =>
      Buffer.concat([
        Buffer.from('{"jsonrpc":"2.0","id":"'),
        Buffer.from([0xed, 0xa0, 0x80]),
        Buffer.from('","method":"ping"}'),
      ]),
    () => list.slice(0, dice.below(list.length)),
    () => Buffer.from(list, 'utf16le'),
    () => `\ufeff${list}`,
    () => `${list}${list}`,
    () => '',
    () => 'null',
    () => `//\n${list}`,
    () => list.replaceAll('"', "'"),
    () => ' '.repeat(10_000),
  ];
  const types = [
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
    'multipart/form-data; boundary=x',
    '',
    'application/jsonp',
    '/',
  ];
  return post('bytes', dice, target, dice.pick(bodies)(), dice.once(3) ? { 'content-type': dice.pick(types) } : {});
}

function hugeBody(dice: Dice, target: Target): FuzzRequest {
  const sizeBytes = 5 * 1024 * 1024;
  const filler = dice.pick(['a', 'é', '\\u0000', '[', ' ']);
  const text = filler.repeat(sizeBytes / Buffer.byteLength(filler));
  return post(
    'huge',
    dice,
    target,
    `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"ha_get_state","arguments":{"entity_id":"${text}"}}}`,
  );
}

/** Wrong secrets, wrong paths, wrong methods; some with the right secret somewhere in them. */
function oddAddress(dice: Dice, target: Target): FuzzRequest {
  const right = dice.pick(target.paths);
  const cut = 1 + dice.below(right.length - 1);
  const paths = [
    right.slice(0, cut),
    right + dice.pick(['x', '/', '/x', '?x=1', '%00', '%20', '#', '..', '%', '%c3%28', encodeURI('é'.repeat(20))]),
    right.toUpperCase(),
    `/private_${'a'.repeat(dice.pick([0, 1, 31, 32, 33, 290, 400, 8_000]))}`,
    `/private_${encodeURIComponent(oddText(dice).replace(/[\ud800-\udfff]/g, ''))}`,
    `/${right}`,
    `/.${right}`,
    `/x/..${right}`,
    right.replace('private', '%70rivate'),
    `/api/${encodeURIComponent(dice.pick(target.known.words))}`,
    '/api/status',
    '/',
    '/metrics',
    '/.well-known/oauth-authorization-server',
    '*',
  ];
  const method = dice.pick(['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']);
  const isRead = method === 'GET' || method === 'HEAD' || method === 'TRACE';
  return {
    kind: 'address',
    method,
    path: dice.once(3) ? right : dice.pick(paths),
    headers: {
      ...(isRead ? {} : JSON_HEADERS),
      ...(dice.once(2) ? { authorization: `Bearer ${oddHeader(dice)}` } : {}),
    },
    body: isRead ? undefined : '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
    hangsUp: dice.once(20),
  };
}

/** Everything around a good body that may be wrong: both eras' headers, sessions, origins, hosts, encodings. */
function oddHeaders(dice: Dice, target: Target): FuzzRequest {
  const names = [
    'mcp-protocol-version',
    'mcp-method',
    'mcp-name',
    'mcp-session-id',
    'last-event-id',
    'accept',
    'origin',
    'host',
    'content-encoding',
    'expect',
    'traceparent',
    'x-forwarded-for',
    'x-forwarded-host',
    'transfer-encoding-x',
    'cookie',
  ];
  const values = [
    '2025-11-25',
    MODERN,
    '2024-11-05',
    '1999-01-01',
    'tools/list',
    'tools/call',
    'text/html',
    'application/json',
    'text/event-stream',
    '*/*',
    'http://evil.example',
    'null',
    'https://127.0.0.1',
    'localhost',
    'gzip',
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    'v1.e30.',
    'v1.eyJ2ZXJzaW9uIjoiMSJ9.AAAA',
    '10.0.0.1, 10.0.0.2',
  ];
  const headers = Object.fromEntries(
    Array.from({ length: 1 + dice.below(4) }, () => [
      dice.pick(names),
      dice.once(3) ? oddHeader(dice) : dice.pick(values),
    ]),
  );
  const isStream = dice.once(4);
  const { expect: _unsendable, ...sent } = headers;
  const request = post('headers', dice, target, '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}', sent);
  return isStream ? { ...request, method: dice.pick(['GET', 'DELETE']), body: undefined, hangsUp: true } : request;
}

/** What Node lets a client send in a header. */
function oddHeader(dice: Dice): string {
  return oddText(dice)
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
    .slice(0, 2_000);
}
