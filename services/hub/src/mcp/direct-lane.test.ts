import { describe, expect, it } from 'vitest';
import type { Surface } from './surface.ts';
import type { Task } from './tasks.ts';
import { serve } from './testing/serve.ts';
import { simpleSurface } from './testing/simple-surface.ts';

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** The same connector without the direct lane: whoever installs handlers of its own goes through the SDK. */
function throughTheSdk(): Surface {
  return { ...simpleSurface(), install: () => {} };
}

async function ask(url: URL, era: string, method: string, given: Record<string, unknown>, id: string | number = 7) {
  const isModern = era === '2026-07-28';
  const params = isModern ? { ...given, _meta: { ...ENVELOPE, ...(given['_meta'] ?? {}) } } : given;
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': era,
      ...(isModern ? { 'mcp-method': method } : {}),
      ...(isModern && typeof given['name'] === 'string' ? { 'mcp-name': given['name'] } : {}),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id, method, params }),
  });
  const { 'content-type': type, 'content-length': length } = Object.fromEntries(answer.headers);
  return { status: answer.status, type, length, text: await answer.text() };
}

describe.each(['2025-11-25', '2026-07-28'])('the direct lane of %s answers byte for byte as the SDK', (era) => {
  it.each([
    ['a list', 'tools/list', {}, 1],
    ['a call', 'tools/call', { name: 'echo', arguments: { text: 'a "b" ✓' } }, 'text id'],
    ['a call with a trace', 'tools/call', { name: 'echo', arguments: {}, _meta: { traceparent: '00-1-2-01' } }, 2],
    ['a call without arguments', 'tools/call', { name: 'echo' }, 0],
    ['a refused call', 'tools/call', { name: 'refused', arguments: {} }, 3],
    ['an unknown tool', 'tools/call', { name: 'nothing', arguments: {} }, 4],
    ['arguments of a wrong type', 'tools/call', { name: 'echo', arguments: 'text' }, 5],
    ['a call without a name', 'tools/call', { arguments: {} }, 6],
    ['a call with progress', 'tools/call', { name: 'count', arguments: {}, _meta: { progressToken: 1 } }, 7],
    ['a page of the list', 'tools/list', { cursor: 'x' }, 8],
  ])('%s', async (_title, method, params, id) => {
    await using direct = await serve(simpleSurface());
    await using sdk = await serve(throughTheSdk());
    expect(await ask(direct.url, era, method, params, id)).toEqual(await ask(sdk.url, era, method, params, id));
  });

  it('a call whose connector is closed is cut off', async () => {
    const surface = simpleSurface();
    await using served = await serve(surface);
    const waiting = surface.waiting();
    const aborted = surface.aborted();
    const answer = ask(served.url, era, 'tools/call', { name: 'wait', arguments: {} });
    await waiting;
    await served.endpoint.closeSurface(surface.key);
    await aborted;
    expect((await answer).status).toBe(503);
  });
});

it('a call that goes on as a task is the same on both ways', async () => {
  const at = new Date('2026-11-01T10:00:00Z');
  const task: Task = { id: 'job', status: 'working', message: 'pulling', createdAt: at, updatedAt: at, ttlMs: 60_000 };
  const give = async () => task;
  const surface: Surface = {
    ...simpleSurface(),
    tasks: { find: give, ended: give, cancel: give },
    callTool: async ({ takesTask }) => ({ content: [], ...(takesTask ? { task } : {}) }),
  };
  await using direct = await serve(surface);
  await using sdk = await serve({ ...surface, install: () => {} });
  const extensions = { 'io.modelcontextprotocol/tasks': {} };
  for (const capabilities of [{ extensions }, {}]) {
    const _meta = { 'io.modelcontextprotocol/clientCapabilities': capabilities };
    const call = (url: URL) => ask(url, '2026-07-28', 'tools/call', { name: 'echo', arguments: {}, _meta });
    const [one, other] = [await call(direct.url), await call(sdk.url)];
    expect(one).toEqual(other);
    expect(JSON.parse(one.text).result.resultType).toBe('extensions' in capabilities ? 'task' : 'complete');
  }
});

it('what the tool is told of its caller is the same on both ways', async () => {
  const [direct, sdk] = [simpleSurface(), simpleSurface()];
  await using one = await serve(direct);
  await using other = await serve({ ...sdk, install: () => {} });
  const _meta = { 'io.modelcontextprotocol/clientInfo': { name: 'client', version: '2' }, traceparent: '00-1-2-01' };
  for (const { url } of [one, other])
    await ask(url, '2026-07-28', 'tools/call', { name: 'echo', arguments: { text: 'x' }, _meta });
  const told = ({ calls: [call] }: typeof direct) => ({ ...call, signal: undefined });
  expect(told(direct)).toEqual(told(sdk));
});

it('a header that names another tool is refused by the SDK', async () => {
  await using served = await serve(simpleSurface());
  const response = await fetch(served.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'other',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'echo', arguments: {}, _meta: ENVELOPE },
    }),
  });
  expect(await response.json()).toMatchObject({ error: { code: -32020 } });
});
