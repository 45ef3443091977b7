import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { z } from 'zod';
import { bestPracticeKey, rpc } from '../ask-hub.ts';
import { sharedRealHome } from '../real-home/describe-real.ts';
import type { HomeAccess } from '../real-home/home-access.ts';
import { type RunningHub, startHub } from '../start-hub.ts';

/** Whatever a tool answers, as loosely as a client's own test takes it. */
// biome-ignore lint/suspicious/noExplicitAny: a client's test reads answers without a schema, and so do these
export type Answer = any;

const CONTENT = z.object({
  isError: z.boolean().default(false),
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
});

/** A hub on the shared real home, reached by its connector URL alone; and the home itself, to see what came of it. */
export interface Bench {
  readonly home: HomeAccess;
  /** For what only the hub's own administration can do. */
  readonly hub: RunningHub;
  readonly url: string;
  /** For the writes that a strict connector wants it with. */
  readonly key: string;
  /** The JSON in the text of the answer; undefined text means none. */
  call(tool: string, args?: object): Promise<{ isError: boolean; body: Answer; text: string }>;
  /** @throws when the tool fails */
  ok(tool: string, args?: object): Promise<Answer>;
  /** The whole error answer. @throws when the tool does not fail, or not with that code */
  fails(tool: string, args: object, code: string): Promise<Answer>;
  /** The home's own REST API, under `/api`. */
  rest(path: string, init?: { method?: string; body?: object }): Promise<Answer>;
  /** The home's own WebSocket API. @throws with the home's text when it refuses */
  ws(command: { type: string } & Record<string, unknown>): Promise<Answer>;
}

/** One hub for all that a file describes; ended after the last of them. */
let hub: Promise<RunningHub> | undefined;
let waiting = 0;

/** Calls a hub as any client does, judged on a real home; skipped when there is none. To be awaited at the top of a file. */
export async function describeBehaviour(title: string, body: (bench: () => Bench) => void): Promise<void> {
  const home = await sharedRealHome();
  if (home) waiting++;
  describe.skipIf(!home)(title, () => {
    let bench: Bench;
    beforeAll(async () => {
      if (!home) return;
      hub ??= startHub({
        env: { HOME_ASSISTANT_URL: home.url, HOME_ASSISTANT_TOKEN: home.token, DEFAULT_CEILING: 'destroy' },
      });
      const running = await hub;
      bench = createBench(running, await bestPracticeKey(running.url), home);
    });
    afterAll(async () => {
      if (--waiting === 0) await (await hub)?.[Symbol.asyncDispose]();
    });
    body(() => bench);
  });
}

function createBench(hub: RunningHub, key: string, home: HomeAccess): Bench {
  const { url } = hub;
  const call: Bench['call'] = async (name, args = {}) => {
    const { result, error } = await rpc(url, 'tools/call', { name, arguments: args });
    if (error) throw new Error(`${name}: ${error.code} ${error.message}`);
    const { isError, content, structuredContent } = CONTENT.parse(result);
    const text = content.find((block) => block.type === 'text')?.text ?? '';
    const body = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
    if (structuredContent) expect(structuredContent, `${name}: text and structured content differ`).toEqual(body);
    return { isError, body, text };
  };
  return {
    home,
    hub,
    url,
    key,
    call,
    async ok(tool, args) {
      const { isError, body, text } = await call(tool, args);
      if (isError) throw new Error(`${tool} ${JSON.stringify(args)} failed: ${text}`);
      return body;
    },
    async fails(tool, args, code) {
      const { isError, body, text } = await call(tool, args);
      if (!isError) throw new Error(`${tool} ${JSON.stringify(args)} did not fail: ${text}`);
      expect(body, text).toMatchObject({ success: false, error: { code, message: expect.any(String) } });
      return body;
    },
    async rest(path, { method = 'GET', body } = {}) {
      const headers = { authorization: `Bearer ${home.token}`, 'content-type': 'application/json' };
      const response = await fetch(`${home.url}/api${path}`, {
        method,
        headers,
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return JSON.parse(text);
    },
    ws: (command) => askHome(home, command),
  };
}

async function askHome({ url, token }: HomeAccess, command: object): Promise<Answer> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/websocket`);
  const next = async () => JSON.parse(String((await once(socket, 'message'))[0].data));
  try {
    await next();
    socket.send(JSON.stringify({ type: 'auth', access_token: token }));
    await next();
    socket.send(JSON.stringify({ ...command, id: 1 }));
    const { success, result, error } = await next();
    if (!success) throw new Error(`the home refused ${JSON.stringify(command)}: ${error.message}`);
    return result;
  } finally {
    socket.close();
  }
}
