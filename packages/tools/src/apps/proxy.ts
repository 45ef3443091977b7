import { Fault } from '@hub/core/fault.ts';
import { openIngressSession, readApp } from '@hub/ha/apps.ts';
import { readText } from '@hub/ha/body.ts';
import type { HttpRequest } from '@hub/ha/home.ts';
import type { ToolContext } from '../define.ts';
import { byteSize } from '../shared/fit.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { transformConfig } from '../transform/transform-config.ts';
import { appNotFound } from './app-faults.ts';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const MAX_READ_BYTES = 8 * 1024 * 1024;
const MAX_SHOWN_BYTES = 50 * 1024;
const DEADLINE_MS = 60_000;
/** Framing that the way through Home Assistant needs. */
const NOT_THEIRS =
  /^(cookie|host|content-length|connection|transfer-encoding|x-ingress-path|x-hass-source|x-forwarded-.*)$/i;

export interface AppRequest {
  readonly path: string;
  readonly method: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface AppAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed where it is JSON. */
  readonly body: unknown;
}

export interface AppDoor {
  readonly name: string;
  /** @throws Fault for a status of 400 and above */
  ask(request: AppRequest): Promise<AppAnswer>;
}

/**
 * Opens an app's own HTTP pages through Home Assistant's ingress: the one way that leads there without being in its network.
 * @throws Fault RESOURCE_NOT_FOUND; VALIDATION_FAILED for an app without ingress; RESOURCE_LOCKED when it does not run
 */
export async function openApp({ home, signal }: ToolContext, slug: string): Promise<AppDoor> {
  const app = await readApp(home, slug, { signal });
  if (!app) throw await appNotFound(home, slug, { signal });
  const entry = app.ingress_entry;
  if (!app.ingress || !entry || !/^\/api\/hassio_ingress\/[\w-]+$/.test(entry)) {
    throw new Fault(
      'VALIDATION_FAILED',
      `${app.name} has no page inside Home Assistant (ingress), so the hub cannot reach it.`,
      {
        suggestion: 'Its ports are open inside the network of the home only.',
        context: { slug },
      },
    );
  }
  if (app.state !== 'started') {
    throw new Fault('RESOURCE_LOCKED', `${app.name} does not run.`, {
      suggestion: 'Start it with action start.',
      context: { slug, state: app.state ?? null },
    });
  }
  const session = await openIngressSession(home, { signal });
  return {
    name: app.name,
    async ask(request) {
      const isWrite = request.method !== 'GET';
      const outgoing = requestOf(entry, session, request);
      const response = await home.rest(outgoing, { signal, isWrite, deadlineMs: DEADLINE_MS });
      const text = await readText(response, MAX_READ_BYTES);
      const answer = answerOf(response.status, response.headers, text);
      if (answer.status >= 400) throw refusedByApp(app.name, slug, answer, isWrite);
      return answer;
    },
  };
}

function requestOf(entry: string, session: string, { path, method, body, headers = {} }: AppRequest): HttpRequest {
  const wanted = METHODS.find((one) => one === method.toUpperCase());
  if (!wanted) throw invalidParameter('method', `there is no ${method.slice(0, 20)}.`, `Use ${METHODS.join(', ')}.`);
  const [below = '', query = ''] = path.replace(/^\/*/, '').split(/\?(.*)/s);
  const segments = below.split('/').map((one) => decode(one));
  if (segments.some((one) => one === '..' || one === '.' || one.includes('/') || one.includes('\\')))
    throw invalidParameter('path', 'it must stay below the app.', 'Give the path as the app knows it: /api/flows.');
  const kept = Object.entries(headers).filter(([name]) => !NOT_THEIRS.test(name));
  return {
    method: wanted,
    path: `${entry}/${segments.map(encodePath).join('/')}`,
    ...(query === '' ? {} : { query: Object.fromEntries(new URLSearchParams(query)) }),
    ...(body === undefined || body === null || wanted === 'GET'
      ? {}
      : { body: typeof body === 'string' ? asJson(body) : body }),
    headers: { ...Object.fromEntries(kept), cookie: `ingress_session=${session}` },
  };
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** What the link lets pass in a path. */
const encodePath = (segment: string) =>
  encodeURIComponent(segment).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** A text that is JSON goes out as it is, not as a text within JSON. */
function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return Buffer.from(text);
  }
}

function answerOf(status: number, headers: Readonly<Record<string, string>>, text: string): AppAnswer {
  const contentType = headers['content-type'] ?? '';
  const shown = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'set-cookie'));
  return { status, contentType, headers: shown, body: /\bjson\b/.test(contentType) ? parsed(text) : text };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function refusedByApp(name: string, slug: string, { status, body }: AppAnswer, isWrite: boolean): Fault {
  return new Fault(status === 404 ? 'RESOURCE_NOT_FOUND' : 'SERVICE_CALL_FAILED', `${name} answered HTTP ${status}.`, {
    suggestion:
      status === 401 || status === 403
        ? 'The app wants a login of its own; request_headers may carry it.'
        : 'Check path, method and body against what this app takes; its log says more.',
    context: { slug, status_code: status, response: shorten(body, 2_000) },
    outcomeUnknown: isWrite && (status === 502 || status === 504),
  });
}

function shorten(body: unknown, most: number): unknown {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return text.length > most ? `${text.slice(0, most)}…` : body;
}

export interface Shown {
  readonly offset: number;
  readonly limit: number | undefined;
  readonly transform: string | undefined;
}

/** What of an answer is shown: a page of a list, transformed, cut at 50 KiB. @throws Fault as the transformation does */
export async function showBody(body: unknown, { offset, limit, transform }: Shown, signal: AbortSignal) {
  const isPaged = Array.isArray(body) && (offset > 0 || limit !== undefined);
  const page = isPaged ? body.slice(offset, limit === undefined ? undefined : offset + limit) : body;
  const source = `response = config\n${transform}\nconfig = response`;
  const response = transform === undefined ? page : await transformConfig(page, source, { signal });
  const cut = cutToFit(response);
  return {
    response: cut ?? response,
    ...(isPaged
      ? {
          pagination: {
            total_items: body.length,
            offset,
            limit: limit ?? null,
            returned: Array.isArray(page) ? page.length : 0,
          },
        }
      : {}),
    ...(transform === undefined ? {} : { transformed: true }),
    ...(cut === undefined ? {} : { truncated: true }),
  };
}

/** Undefined when it fits. A list or an object cut in the middle would be neither: then what it holds is told. */
function cutToFit(response: unknown): unknown {
  if (byteSize(response) <= MAX_SHOWN_BYTES) return undefined;
  if (typeof response === 'string') return Buffer.from(response).subarray(0, MAX_SHOWN_BYTES).toString();
  const hint = 'Ask for less: offset and limit, a narrower path, or python_transform.';
  if (Array.isArray(response)) return { error: 'RESPONSE_TOO_LARGE', total_items: response.length, hint };
  const keys = Object.entries(response ?? {}).map(([key, value]) => [key, `${byteSize(value)} bytes`]);
  return { error: 'RESPONSE_TOO_LARGE', top_level_keys: Object.fromEntries(keys.slice(0, 100)), hint };
}
