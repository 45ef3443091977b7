import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { HomeInfo } from './home.ts';

/** What can be asked of a home through its holder. */
export const REMOTE_ACTS = ['send', 'subscribe', 'rest', 'supervisor', 'ready'] as const;
export type RemoteAct = (typeof REMOTE_ACTS)[number];

const options = { deadlineMs: z.number().positive().optional(), isWrite: z.boolean().optional() };
const command = z.looseObject({ type: z.string() });

/** The head of a request, in one header, as the body may be a stream. */
export const headShapes = {
  send: z.object({ ...options }),
  subscribe: z.object({ ...options }),
  ready: z.object({ ...options }),
  rest: z.object({
    ...options,
    method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    path: z.string(),
    query: z.record(z.string(), z.string()).optional(),
    headers: z.record(z.string(), z.string()).optional(),
    body: z.enum(['none', 'json', 'stream']),
  }),
} as const;

export const commandShape = command;
export const answerHead = z.object({ status: z.number().int(), headers: z.record(z.string(), z.string()) });

export const HEAD = 'x-hub-head';
/** Content type of a subscription's answer: a line of JSON per event. */
export const EVENTS = 'application/x-ndjson';

export function packHead(head: object): string {
  return Buffer.from(JSON.stringify(head)).toString('base64url');
}

/** @throws ZodError for anything that is no such head */
export function unpackHead<S extends z.ZodType>({ headers }: IncomingMessage, shape: S): z.output<S> {
  const packed = headers[HEAD];
  return shape.parse(JSON.parse(Buffer.from(typeof packed === 'string' ? packed : '', 'base64url').toString('utf8')));
}

const infoShape = z.object({
  state: z.enum(['offline', 'starting', 'running', 'reauth_required', 'banned']),
  haVersion: z.string().optional(),
  isAdmin: z.boolean(),
  components: z.array(z.string()),
  timeZone: z.string(),
  locationName: z.string(),
  baseUrl: z.string(),
  isSimulated: z.boolean(),
});

export function packInfo(info: HomeInfo): z.input<typeof infoShape> {
  return { ...info, components: [...info.components] };
}

export function unpackInfo(value: unknown): HomeInfo {
  const { haVersion, components, ...info } = infoShape.parse(value);
  return { ...info, haVersion, components: new Set(components) };
}

const MAX_JSON_BYTES = 64 * 1024 * 1024;

/** A whole JSON body. @throws Error for one that is larger than anything we send, or none */
export async function readJson(body: IncomingMessage): Promise<unknown> {
  if (Number(body.headers['content-length'] ?? 0) > MAX_JSON_BYTES) throw new Error('the body is too large');
  return JSON.parse(await text(body));
}

/** Lines of JSON as they come; ends with the stream. */
export async function* jsonLines(body: Readable): AsyncGenerator<unknown> {
  let rest = '';
  for await (const chunk of body.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield JSON.parse(line);
  }
}
