import type { IncomingMessage, ServerResponse } from 'node:http';
import { backupFile } from './backups.ts';
import { deleteItem, getItem, itemProblem, putItem } from './config-items.ts';
import { restHistory, spanOf } from './history-commands.ts';
import { contextOf, fireEvent, fullState, type HomeModel, removeState, setState } from './home-model.ts';
import { type ItemKind, isItemKind } from './item-entity.ts';
import { restLogbook } from './logbook-commands.ts';
import { idsOf, isRecord, type Json, jsonOf, recordOf, textOf } from './read.ts';
import { Refusal } from './refusal.ts';
import { renderTemplate } from './render-template.ts';
import { callService, describeServices } from './service-commands.ts';
import { configOf, errorLog } from './system-commands.ts';

const mostBodyBytes = 16 * 1024 * 1024;

interface Request {
  readonly home: HomeModel;
  /** What the route's pattern captured. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  /** Parsed body; undefined without one. */
  readonly body: unknown;
}

interface Answer {
  readonly status: number;
  /** Objects go out as JSON, texts as they are. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Route = readonly [method: string, pattern: RegExp, run: (request: Request) => Answer | Promise<Answer>];

const ok = (body: unknown): Answer => ({ status: 200, body });
const failed = (status: number, message: string): Answer => ({ status, body: { message } });
const plain = (status: number, text: string): Answer => ({ status, body: text });

async function callByRest({ home, parts, query, body }: Request): Promise<Answer> {
  const context = contextOf(home.identity.userId);
  const changed: Json[] = [];
  const watch = ({ now }: { now: { context: unknown } | undefined }) => now?.context === context;
  const note = (change: Parameters<Parameters<typeof home.watchers.add>[0]>[0]) => {
    if (watch(change) && change.now !== undefined) changed.push(fullState(change.now));
  };
  home.watchers.add(note);
  const returnResponse = query.has('return_response');
  try {
    const response = await callService(home, {
      action: parts.join('.'),
      data: recordOf(body),
      returnResponse,
      context,
    });
    return ok(returnResponse ? { changed_states: changed, service_response: response } : changed);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.extra['translation_key'] === 'service_lacks_response_request') {
      return failed(
        400,
        'Service call requires responses but caller did not ask for responses. Add ?return_response to query parameters.',
      );
    }
    if (error.extra['translation_key'] === 'service_does_not_support_response') {
      return failed(400, 'Service does not support responses. Remove return_response from request.');
    }
    return error.code === 'home_assistant_error'
      ? plain(500, '500: Internal Server Error')
      : plain(400, '400: Bad Request');
  } finally {
    home.watchers.delete(note);
  }
}

function template({ home, body }: Request): Answer {
  try {
    return plain(200, renderTemplate(home, textOf(recordOf(body)['template'])).result);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return failed(400, `Error rendering template: ${error.message}`);
  }
}

function setByRest({ home, parts: [entityId = ''], body }: Request): Answer {
  const { state, attributes } = recordOf(body);
  if (state === undefined) return failed(400, 'No state specified.');
  const isNew = !home.states.has(entityId);
  const record = setState(home, entityId, textOf(state), recordOf(attributes), contextOf(home.identity.userId));
  return { status: isNew ? 201 : 200, body: fullState(record) };
}

function item(act: (home: HomeModel, kind: ItemKind, id: string, body: unknown) => Answer): Route[2] {
  return ({ home, parts: [kind = '', id = ''], body }) =>
    isItemKind(kind) ? act(home, kind, id, body) : plain(404, '404: Not Found');
}

const saved = ok({ result: 'ok' });

function writeItem(home: HomeModel, kind: ItemKind, id: string, body: unknown): Answer {
  if (!isRecord(body)) return failed(400, 'Invalid JSON specified');
  const problem = itemProblem(kind, body);
  if (problem !== undefined) return failed(400, problem);
  putItem(home, kind, id, body);
  return saved;
}

function history({ home, parts: [start = ''], query }: Request): Answer {
  const ids = idsOf(query.get('filter_entity_id'));
  if (ids.length === 0) return failed(400, 'filter_entity_id is missing');
  const end = query.get('end_time');
  return ok(restHistory(home, ids, spanOf({ start_time: start, ...(end === null ? {} : { end_time: end }) })));
}

function logbook({ home, parts: [start = ''], query }: Request): Answer {
  const end = query.get('end_time');
  const span = spanOf({ start_time: start, ...(end === null ? {} : { end_time: end }) });
  return ok(restLogbook(home, span, idsOf(query.get('entity'))));
}

function download({ home, parts: [backupId = ''] }: Request): Answer {
  const file = backupFile(home, backupId);
  if (file === undefined) return plain(404, '404: Not Found');
  const headers = {
    'content-type': 'application/x-tar',
    'content-disposition': `attachment; filename=${backupId}.tar`,
  };
  return { status: 200, body: file, headers };
}

/** Every REST path behind the token. */
const routes: readonly Route[] = [
  ['GET', /^\/api\/$/, () => ok({ message: 'API running.' })],
  ['GET', /^\/api\/config$/, ({ home }) => ok(configOf(home))],
  [
    'GET',
    /^\/api\/core\/state$/,
    () => ok({ state: 'RUNNING', recorder_state: { migration_in_progress: false, migration_is_live: false } }),
  ],
  ['GET', /^\/api\/components$/, ({ home }) => ok(configOf(home)['components'])],
  ['GET', /^\/api\/states$/, ({ home }) => ok(home.states.values().map(fullState))],
  [
    'GET',
    /^\/api\/states\/([^/]+)$/,
    ({ home, parts: [id = ''] }) => {
      const record = home.states.get(id);
      return record === undefined ? failed(404, 'Entity not found.') : ok(fullState(record));
    },
  ],
  ['POST', /^\/api\/states\/([^/]+)$/, setByRest],
  [
    'DELETE',
    /^\/api\/states\/([^/]+)$/,
    ({ home, parts: [id = ''] }) => {
      if (!home.states.has(id)) return failed(404, 'Entity not found.');
      removeState(home, id);
      return ok({ message: 'Entity removed.' });
    },
  ],
  [
    'GET',
    /^\/api\/services$/,
    ({ home }) => ok(Object.entries(describeServices(home)).map(([domain, services]) => ({ domain, services }))),
  ],
  ['POST', /^\/api\/services\/([^/]+)\/([^/]+)$/, callByRest],
  ['POST', /^\/api\/template$/, template],
  [
    'POST',
    /^\/api\/events\/([^/]+)$/,
    ({ home, parts: [type = ''], body }) => {
      fireEvent(home, type, recordOf(body), contextOf(home.identity.userId));
      return ok({ message: `Event ${type} fired.` });
    },
  ],
  ['POST', /^\/api\/config\/core\/check_config$/, () => ok({ result: 'valid', errors: null, warnings: null })],
  [
    'GET',
    /^\/api\/config\/(\w+)\/config\/([^/]+)$/,
    item((home, kind, id) => {
      const config = getItem(home, kind, id);
      return config === undefined ? failed(404, 'Resource not found') : ok(config);
    }),
  ],
  ['POST', /^\/api\/config\/(\w+)\/config\/([^/]+)$/, item(writeItem)],
  [
    'DELETE',
    /^\/api\/config\/(\w+)\/config\/([^/]+)$/,
    item((home, kind, id) => (deleteItem(home, kind, id) ? saved : failed(400, 'Resource not found'))),
  ],
  ['GET', /^\/api\/history\/period\/([^/]+)$/, history],
  ['GET', /^\/api\/logbook\/([^/]+)$/, logbook],
  ['GET', /^\/api\/backup\/download\/([^/]+)$/, download],
  [
    'GET',
    /^\/api\/error_log$/,
    ({ home }) => ({ ...plain(200, errorLog(home)), headers: { 'content-type': 'application/octet-stream' } }),
  ],
];

/** Paths that need no token: what a browser asks before anyone signed in. */
export function openAnswer(path: string): Answer | undefined {
  if (path === '/manifest.json') {
    return ok({
      name: 'Home Assistant',
      short_name: 'Home Assistant',
      start_url: '/?homescreen=1',
      display: 'standalone',
    });
  }
  if (path !== '/auth/providers') return undefined;
  const providers = [{ name: 'Home Assistant Local', id: null, type: 'homeassistant' }];
  return ok({ providers, preselect_remember_me: true });
}

async function readBody(request: IncomingMessage): Promise<{ body: unknown } | Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > mostBodyBytes) return plain(413, '413: Request Entity Too Large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  try {
    return { body: text === '' ? undefined : jsonOf(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return failed(400, 'Data should be valid JSON.');
    throw error;
  }
}

/** Answers one authorized request. @throws nothing: refusals and unknown paths are answers */
export async function answerRest(home: HomeModel, request: IncomingMessage, url: URL): Promise<Answer> {
  const path = decodeURIComponent(url.pathname);
  const fitting = routes.filter(([, pattern]) => pattern.test(path));
  const route = fitting.find(([method]) => method === request.method);
  if (route === undefined)
    return fitting.length > 0 ? plain(405, '405: Method Not Allowed') : plain(404, '404: Not Found');
  const read = await readBody(request);
  if ('status' in read) return read;
  const parts = route[1].exec(path)?.slice(1) ?? [];
  return route[2]({ home, parts, query: url.searchParams, body: read.body });
}

export function sendAnswer(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  const bytes = isRaw ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': type, 'content-length': bytes.length, ...headers }).end(bytes);
}

export function unauthorized(host: string): Answer {
  const metadata = `http://${host}/.well-known/oauth-protected-resource`;
  return {
    ...plain(401, '401: Unauthorized'),
    headers: { 'www-authenticate': `Bearer resource_metadata="${metadata}"` },
  };
}

export const banned: Answer = plain(403, '403: Forbidden');
