import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { RemoteReply } from './legacy.ts';
import type { Surface } from './surface.ts';
import { type Served, serve } from './testing/serve.ts';
import { simpleSurface } from './testing/simple-surface.ts';

const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

function send(url: URL | string, message: object, session?: string, signal?: AbortSignal): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { ...headers, ...(session ? { 'mcp-session-id': session } : {}) },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    ...(signal ? { signal } : {}),
  });
}

async function openSession(served: Served, capabilities: object = {}): Promise<string> {
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'client', version: '1' } };
  const answer = await send(served.url, { id: 1, method: 'initialize', params });
  await answer.text();
  return answer.headers.get('mcp-session-id') ?? '';
}

const list = { id: 2, method: 'tools/list', params: {} };

/** Reads the messages of an event stream one by one. */
async function* messages(answer: Response): AsyncGenerator<Record<string, unknown>> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of answer.body ?? []) {
    rest += decoder.decode(chunk, { stream: true });
    const frames = rest.split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames)
      if (frame.includes('data: ')) yield JSON.parse(frame.slice(frame.indexOf('data: ') + 6));
  }
}

/** A connector whose one tool asks the user and returns the answer. */
function askingSurface(): Surface {
  return {
    ...simpleSurface('asking'),
    asksClients: true,
    install(server) {
      server.setRequestHandler('tools/call', async (_request, context) => {
        const asked = await context.mcpReq.elicitInput({
          mode: 'form',
          message: 'Really?',
          requestedSchema: { type: 'object', properties: {} },
        });
        return { content: [{ type: 'text', text: asked.action }] };
      });
    },
  };
}

it('a handshake without what it needs is refused as wrong parameters, not as a bug', async () => {
  await using served = await serve(simpleSurface());
  for (const params of [undefined, {}, { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: 'me' }]) {
    const answer = await send(served.url, { id: 9, method: 'initialize', params });
    expect(answer.headers.get('mcp-session-id')).toBeNull();
    expect(await answer.json()).toMatchObject({
      id: 9,
      error: { code: -32_602, message: expect.stringContaining('clientInfo') },
    });
  }
});

describe('sessions of 2025-era clients', () => {
  it('go on working on another replica that shares the key', async () => {
    const key = randomBytes(32);
    await using one = await serve(simpleSurface(), { key });
    await using two = await serve(simpleSurface(), { key });
    two.surfaces.set(one.secret, simpleSurface());
    const session = await openSession(one);
    expect((await send(`${two.origin}/private_${one.secret}`, list, session)).status).toBe(200);
  });

  it('belong to one credential of one connector', async () => {
    await using served = await serve(simpleSurface());
    served.surfaces.set('other-secret', simpleSurface());
    const session = await openSession(served);
    expect((await send(`${served.origin}/private_other-secret`, list, session)).status).toBe(404);
    expect((await send(served.url, list, session)).status).toBe(200);
  });

  it('are gone after DELETE, with their streams and running calls', async () => {
    const surface = simpleSurface();
    await using served = await serve(surface);
    const session = await openSession(served);
    const stream = await fetch(served.url, { headers: { accept: 'text/event-stream', 'mcp-session-id': session } });
    const waiting = surface.waiting();
    const aborted = surface.aborted();
    const call = send(served.url, { id: 3, method: 'tools/call', params: { name: 'wait' } }, session);
    await waiting;

    const deleted = await fetch(served.url, { method: 'DELETE', headers: { 'mcp-session-id': session } });
    expect(deleted.status).toBe(204);
    await aborted;
    expect(await stream.text()).toBe('');
    expect(await (await call).text()).toBe('');
    for (const method of ['DELETE', 'GET']) {
      const again = await fetch(served.url, {
        method,
        headers: { accept: 'text/event-stream', 'mcp-session-id': session },
      });
      expect(again.status).toBe(404);
    }
    expect((await send(served.url, list, session)).status).toBe(404);
    expect((await fetch(served.url, { method: 'DELETE' })).status).toBe(400);
  });
});

describe('calls of 2025-era clients', () => {
  it('are cancelled only from their own session', async () => {
    const surface = simpleSurface();
    await using served = await serve(surface);
    const [mine, foreign] = [await openSession(served), await openSession(served)];
    const waiting = surface.waiting();
    const aborted = surface.aborted();
    const call = send(served.url, { id: 3, method: 'tools/call', params: { name: 'wait' } }, mine);
    const { signal } = await waiting;
    const cancel = { method: 'notifications/cancelled', params: { requestId: 3 } };
    expect((await send(served.url, cancel, foreign)).status).toBe(202);
    expect((await send(served.url, cancel)).status).toBe(202);
    expect(signal.aborted).toBe(false);
    expect((await send(served.url, cancel, mine)).status).toBe(202);
    await aborted;
    expect(await (await call).text()).toBe('');
  });

  it('are answered in plain JSON, and as a stream only when something comes before the result', async () => {
    await using served = await serve(simpleSurface());
    const call = (meta: object) =>
      send(served.url, { id: 3, method: 'tools/call', params: { name: 'count', arguments: {}, _meta: meta } });
    const plain = await call({});
    expect(plain.headers.get('content-type')).toBe('application/json');
    const streamed = await call({ progressToken: 'p' });
    expect(streamed.headers.get('content-type')).toBe('text/event-stream');
    expect(streamed.headers.get('x-accel-buffering')).toBe('no');
    const kinds: unknown[] = [];
    for await (const message of messages(streamed)) kinds.push(message['method'] ?? message['id']);
    expect(kinds).toEqual([...Array(3).fill('notifications/progress'), 3]);
  });

  it('pass the trace of the caller on, from _meta before the header', async () => {
    const surface = simpleSurface();
    await using served = await serve(surface);
    const [inMeta, inHeader] = ['1', '2'].map((digit) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`);
    const call = (meta: object) =>
      fetch(served.url, {
        method: 'POST',
        headers: { ...headers, traceparent: inHeader ?? '' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', _meta: meta } }),
      });
    await call({ traceparent: inMeta });
    await call({});
    expect(surface.calls.map((one) => one.traceParent)).toEqual([inMeta, inHeader]);
  });
});

it('a session is one conversation to the tools, and another session another', async () => {
  const surface = simpleSurface();
  await using served = await serve(surface);
  const call = (session?: string) =>
    send(served.url, { id: 3, method: 'tools/call', params: { name: 'echo', arguments: {} } }, session);
  const [mine, other] = [await openSession(served), await openSession(served)];
  for (const session of [mine, mine, other, undefined]) await call(session);
  const [first, second, third, fourth] = surface.calls.map(({ conversation }) => conversation);
  expect(first).toMatch(/^[\w-]{12}$/);
  expect([second, fourth]).toEqual([first, undefined]);
  expect(third).not.toBe(first);
});

describe('questions to a 2025-era client', () => {
  it('come back to the call that asked, also through another replica, and only from its session', async () => {
    const key = randomBytes(32);
    const forwarded: RemoteReply[] = [];
    await using one = await serve(askingSurface(), {
      key,
      peers: { replica: 'hub-1.example', forward: () => {}, cancel: () => {} },
    });
    await using two = await serve(askingSurface(), {
      key,
      peers: {
        replica: 'hub-2.example',
        forward(replica, reply) {
          expect(replica).toBe('hub-1.example');
          forwarded.push(reply);
          one.endpoint.deliverReply(reply);
        },
        cancel: () => {},
      },
    });
    two.surfaces.set(one.secret, askingSurface());
    const session = await openSession(one, { elicitation: {} });
    const stranger = await openSession(one, { elicitation: {} });

    const stream = messages(await send(one.url, { id: 5, method: 'tools/call', params: { name: 'ask' } }, session));
    const question = (await stream.next()).value;
    expect(question).toMatchObject({ method: 'elicitation/create', params: { message: 'Really?' } });

    const elsewhere = `${two.origin}/private_${one.secret}`;
    expect((await send(elsewhere, { id: question?.['id'], result: { action: 'decline' } }, stranger)).status).toBe(202);
    expect(
      (await send(elsewhere, { id: question?.['id'], result: { action: 'accept', content: {} } }, session)).status,
    ).toBe(202);
    expect((await stream.next()).value).toMatchObject({ id: 5, result: { content: [{ text: 'accept' }] } });
    expect(forwarded).toHaveLength(2);
  });
});
