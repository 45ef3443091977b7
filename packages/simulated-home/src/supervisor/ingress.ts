import type { Json } from '../read.ts';
import type { SupervisorModel } from './supervisor-model.ts';

export interface IngressRequest {
  readonly method: string;
  /** Below the app's root, with its slash and without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface IngressAnswer {
  readonly status: number;
  readonly body: unknown;
}

const notes: Json[] = Array.from({ length: 30 }, (_, at) => ({
  id: `n${at + 1}`,
  text: `note ${at + 1}`,
  done: at % 2 === 0,
}));
const kept = new WeakMap<SupervisorModel, unknown[]>();

/** Notes of this home; an app's own data outlives a request. */
function notesOf(model: SupervisorModel): unknown[] {
  const present = kept.get(model) ?? structuredClone(notes);
  kept.set(model, present);
  return present;
}

/** What the app behind ingress answers. The cookie is asked for as the Supervisor does; what else came is shown at /echo. */
export function answerIngress(model: SupervisorModel, token: string, request: IngressRequest): IngressAnswer {
  const cookie = /(?:^|;\s*)ingress_session=([\w-]+)/.exec(String(request.headers['cookie'] ?? ''))?.[1] ?? '';
  if (!model.ingressSessions.has(cookie)) return { status: 401, body: '401: Unauthorized' };
  const app = [...model.apps.values()].find((one) => one.hasIngress && one.installed);
  if (token !== model.ingressToken || !app) return { status: 503, body: '503: Service Unavailable' };
  if (app.installed?.state !== 'started') return { status: 502, body: '502: Bad Gateway' };
  const { method, path, query, headers, body } = request;
  if (path === '/api/notes' && method === 'GET') return { status: 200, body: notesOf(model) };
  if (path === '/api/notes' && method === 'POST') {
    kept.set(model, Array.isArray(body) ? body : [...notesOf(model), body]);
    return { status: 200, body: { count: notesOf(model).length } };
  }
  if (path === '/echo') return { status: 200, body: { method, path, query: Object.fromEntries(query), headers, body } };
  if (path === '/big') return { status: 200, body: 'x'.repeat(200_000) };
  if (path === '/private') return { status: 401, body: 'the app wants a login of its own' };
  return { status: 404, body: `no ${path} here` };
}
