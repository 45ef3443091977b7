import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { type FoundKey, findAdminKey, keyPlaces } from './admin-key-source.ts';
import { refusalOf, UsageError } from './failure.ts';
import { type Asked, isOfProxy, mayHaveBegun, noHubBehind } from './lost-answer.ts';
import { readEvents, type ServerEvent } from './server-events.ts';

export interface AskOptions {
  readonly body?: unknown;
  /** Sent as it is, with this type, in place of a JSON body. */
  readonly text?: { readonly type: string; readonly content: string };
  readonly query?: Readonly<Record<string, string | readonly string[] | number | boolean | undefined>>;
  /** Milliseconds; two minutes unless told. */
  readonly deadlineMs?: number;
  /** A command that shows whether it began, for when the answer is lost; `hub jobs list` unless told. */
  readonly look?: string;
}

/** The REST API of one hub. */
export interface HubClient {
  /** @throws Fault as the hub said it | CONNECTION_FAILED when none answers | AUTH_INVALID_TOKEN without the right key */
  ask<S extends z.ZodType>(method: string, path: string, shape: S, options?: AskOptions): Promise<z.output<S>>;
  /** Server-sent events until the stream ends. @throws Fault as `ask`; whatever, once the signal is given */
  events(path: string, signal: AbortSignal): AsyncIterable<ServerEvent>;
  /** A file, as it comes. @throws Fault as `ask`, and CONNECTION_FAILED when it is cut short */
  bytes(method: string, path: string): AsyncIterable<Uint8Array>;
}

export interface HubAddress {
  readonly url: string;
  readonly keyFile: string | undefined;
  readonly env: NodeJS.ProcessEnv;
}

const DEADLINE_MS = 120_000;

export function connectHub(address: HubAddress): HubClient {
  const base = `${address.url.replace(/\/+$/, '')}/api`;

  async function send(method: string, path: string, options: AskOptions, signal?: AbortSignal): Promise<Response> {
    assertWebAddress(address.url);
    const found = (await findAdminKey(address.keyFile, address.env)) ?? (await withoutKey(base, address));
    const { body, text, look } = options;
    const asked = { url: address.url, method, look };
    const type = text?.type ?? (body === undefined ? undefined : 'application/json');
    const response = await reach(asked, `${base}${path}${queryOf(options.query)}`, {
      method,
      headers: { authorization: `Bearer ${found.key}`, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(type === undefined ? {} : { body: text?.content ?? JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
    if (!response.ok) throw await refused(response, found, asked);
    return response;
  }

  return {
    async ask(method, path, shape, options = {}) {
      const signal = AbortSignal.timeout(options.deadlineMs ?? DEADLINE_MS);
      const response = await send(method, path, options, signal);
      const answer: unknown =
        response.status === 204
          ? undefined
          : await readJson(response, { url: address.url, method, look: options.look });
      return shape.parse(answer);
    },
    async *events(path, signal) {
      const response = await send('GET', path, {}, signal);
      if (response.body) yield* readEvents(response.body);
    },
    async *bytes(method, path) {
      const response = await send(method, path, {});
      try {
        if (response.body) yield* response.body;
      } catch (cause) {
        throw new Fault('CONNECTION_FAILED', `The hub at ${address.url} broke off in the middle of the file.`, {
          suggestion: 'Read its log, then do it again.',
          cause,
        });
      }
    },
  };
}

/** @throws UsageError */
function assertWebAddress(url: string): void {
  if (/^https?:\/\//i.test(url) && URL.canParse(url)) return;
  throw new UsageError(
    `the hub's address '${url}' is no web address, such as http://127.0.0.1:9583 (--url or HUB_URL)`,
  );
}

async function reach(asked: Asked, target: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(target, init);
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'TimeoutError') {
      throw new Fault('TIMEOUT_API_REQUEST', `The hub at ${asked.url} did not answer in time.`, {
        suggestion: [...mayHaveBegun(asked), 'See what it does: hub doctor, and its log.'],
        cause,
      });
    }
    throw notRunning(asked, cause);
  }
}

/** The connection stood, so that the request may have arrived. */
const BROKE_OFF = /^(ECONNRESET|EPIPE|ETIMEDOUT|UND_ERR_SOCKET|UND_ERR_HEADERS_TIMEOUT)$/;

function notRunning(asked: Asked, cause: unknown): Fault {
  const inner = cause instanceof Error ? cause.cause : undefined;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : '';
  return new Fault('CONNECTION_FAILED', `No hub answers at ${asked.url}${code && ` (${code})`}.`, {
    suggestion: [...(BROKE_OFF.test(code) ? mayHaveBegun(asked) : []), ...adviceOn(code)],
    cause,
  });
}

function adviceOn(code: string): readonly string[] {
  if (/^(ENOTFOUND|EAI_AGAIN)$/.test(code)) return ['This name is not known here: check --url or HUB_URL'];
  if (/SSL|TLS|CERT|SIGNATURE/.test(code))
    return [
      'Does it speak https there? Else it is --url http://… or HUB_URL',
      'Its own authority: NODE_EXTRA_CA_CERTS',
    ];
  return ['Start it: npm start', 'Does it run elsewhere? Say where: --url https://… or HUB_URL'];
}

/** Without a hub the missing key is not what is wrong. */
async function withoutKey(base: string, { url, env }: HubAddress): Promise<never> {
  await reach({ url, method: 'GET' }, `${base}/openapi.json`, { signal: AbortSignal.timeout(10_000) });
  throw new Fault('AUTH_INVALID_TOKEN', 'No admin key was found.', {
    suggestion: [
      `Looked for HUB_ADMIN_KEY and for ${keyPlaces(env).join(', ')}.`,
      'Say where the hub keeps its data (DATA_DIR), or name the file: --key-file PATH',
    ],
  });
}

async function refused(response: Response, { source }: FoundKey, asked: Asked): Promise<Fault> {
  const body: unknown = await response.json().catch(() => undefined);
  const said = refusalOf(body);
  if (!said)
    return isOfProxy(response.status) ? noHubBehind(asked, response.status) : notAHub(asked.url, response.status);
  if (response.status !== 401) return said;
  return new Fault('AUTH_INVALID_TOKEN', `The hub at ${asked.url} does not take the admin key from ${source}.`, {
    suggestion: 'Is it the key of this hub? Its own is in admin-key of its data folder, or its HUB_ADMIN_KEY.',
    cause: said,
  });
}

async function readJson(response: Response, asked: Asked): Promise<unknown> {
  try {
    return await response.json();
  } catch (cause) {
    if (cause instanceof SyntaxError) throw notAHub(asked.url, response.status);
    throw new Fault('CONNECTION_FAILED', `The hub at ${asked.url} broke off in the middle of its answer.`, {
      suggestion: mayHaveBegun(asked),
      cause,
    });
  }
}

function notAHub(url: string, status: number): Fault {
  return new Fault('CONNECTION_FAILED', `What answers at ${url} is not this hub’s administration (HTTP ${status}).`, {
    suggestion: 'Check --url or HUB_URL; a proxy in front must pass /api.',
  });
}

function queryOf(query: AskOptions['query'] = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one): [string, string] => [name, String(one)]),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

/** An answer without a body. */
export const nothing = z.undefined();
