import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as NewClient, StreamableHTTPClientTransport as NewTransport } from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, it } from 'vitest';
import { type Served, serve } from '../../services/hub/src/mcp/testing/serve.ts';
import { type SimpleSurface, simpleSurface } from '../../services/hub/src/mcp/testing/simple-surface.ts';

/** What every client of ours has to manage, whatever it is made of. */
interface TestClient extends AsyncDisposable {
  readonly revision: string;
  list(): Promise<string[]>;
  call(
    name: string,
    args?: Record<string, unknown>,
    options?: CallOptions,
  ): Promise<{ content: unknown; isError?: boolean }>;
  /** Resolves at the next news of a changed tool list. */
  toolsChanged(): Promise<void>;
}

interface CallOptions {
  readonly onprogress?: (progress: {
    progress: number;
    total?: number | undefined;
    message?: string | undefined;
  }) => void;
  readonly signal?: AbortSignal;
}

const me = { name: 'test-client', version: '3' };

async function sdkOne(transport: Transport, revision: string): Promise<TestClient> {
  const client = new Client(me);
  await client.connect(transport);
  return {
    revision,
    list: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args = {}, options = {}) =>
      (await client.callTool({ name, arguments: args }, undefined, options)) as never,
    toolsChanged: () =>
      new Promise((resolve) => client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve())),
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** The SDK's own transport type does not fit its interface under exactOptionalPropertyTypes. */
function httpTransport(served: Served): Transport {
  return new StreamableHTTPClientTransport(served.url) as unknown as Transport;
}

async function sdkTwo(served: Served, mode: 'legacy' | 'auto'): Promise<TestClient> {
  const client = new NewClient(me, { versionNegotiation: { mode } });
  await client.connect(new NewTransport(served.url));
  return {
    revision: client.getNegotiatedProtocolVersion() ?? '',
    list: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args = {}, options = {}) => (await client.callTool({ name, arguments: args }, options)) as never,
    async toolsChanged() {
      const heard = new Promise<void>((resolve) =>
        client.setNotificationHandler('notifications/tools/list_changed', () => resolve()),
      );
      if (mode === 'auto') await client.listen({ toolsListChanged: true });
      return heard;
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

async function stdioBridge(served: Served): Promise<TestClient> {
  const config = await mkdtemp(join(tmpdir(), 'mcp-remote-'));
  const program = createRequire(import.meta.url).resolve('mcp-remote/dist/proxy.js');
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, served.url.href],
    env: { ...process.env, MCP_REMOTE_CONFIG_DIR: config } as Record<string, string>,
    stderr: 'ignore',
  });
  const client = await sdkOne(transport, '2025-11-25');
  return {
    ...client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await rm(config, { recursive: true, force: true });
    },
  };
}

const clients: readonly (readonly [string, (served: Served) => Promise<TestClient>])[] = [
  ['the v1 SDK client', (served) => sdkOne(httpTransport(served), '2025-11-25')],
  ['the v2 client by default', (served) => sdkTwo(served, 'legacy')],
  ['the v2 client on 2026-07-28', (served) => sdkTwo(served, 'auto')],
  ['a stdio bridge', stdioBridge],
];

async function connected(open: (served: Served) => Promise<TestClient>, surface: SimpleSurface = simpleSurface()) {
  const served = await serve(surface);
  const client = await open(served);
  return {
    served,
    client,
    surface,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await served[Symbol.asyncDispose]();
    },
  };
}

/** The listening side of a stream is up when the surface has a listener. */
async function untilListening(surface: SimpleSurface): Promise<void> {
  await expect.poll(() => surface.listeners, { timeout: 10_000 }).toBeGreaterThan(0);
}

describe.each(clients)('%s', (_name, open) => {
  it('lists, calls, and gets failures as tool errors without internals', async () => {
    await using test = await connected(open);
    expect(await test.client.list()).toEqual(['echo', 'count', 'report', 'wait', 'broken', 'refused']);
    expect(await test.client.call('echo', { text: 'hällo' })).toMatchObject({
      content: [{ type: 'text', text: 'hällo' }],
    });
    const broken = await test.client.call('broken');
    expect(broken.isError).toBe(true);
    expect(JSON.stringify(broken)).not.toContain('hunter2');
    const refused = await test.client.call('refused');
    expect(JSON.stringify(refused.content)).toContain('READ_ONLY_MODE');
    await expect(test.client.call('nonsense')).rejects.toMatchObject({ code: -32_602 });
  });

  it('says who it is and which revision it speaks', async () => {
    await using test = await connected(open);
    await test.client.call('echo', { text: '' });
    const [call] = test.surface.calls;
    expect(call?.clientInfo?.name).toContain('test-client');
    expect(call?.protocolVersion).toBe(test.client.revision);
    expect(call?.progress).toBeUndefined();
  });

  it('hears progress in order when it asks for it', async () => {
    await using test = await connected(open);
    const heard: unknown[] = [];
    // Clients drop progress that arrives in one piece with the result, so the result waits for it here.
    const call = test.client.call('report', {}, { onprogress: (progress) => heard.push(progress) });
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(3);
    test.surface.release();
    await call;
    expect(heard).toEqual([1, 2, 3].map((n) => ({ progress: n, total: 3, message: `step ${n}` })));
  });

  it('hears of a changed tool list and then sees the new one', async () => {
    await using test = await connected(open);
    let isHeard = false;
    void test.client.toolsChanged().then(() => {
      isHeard = true;
    });
    // The bridge opens streams to look around before the one it listens on, so a single change could come too early.
    const announce = () => {
      if (!isHeard) test.surface.addTool('fresh');
      return isHeard;
    };
    await expect.poll(announce, { timeout: 20_000 }).toBe(true);
    expect(await test.client.list()).toContain('fresh');
  });

  it('stops the running call when it cancels', async () => {
    await using test = await connected(open);
    const cancel = new AbortController();
    const [waiting, aborted] = [test.surface.waiting(), test.surface.aborted()];
    const call = test.client.call('wait', {}, { signal: cancel.signal });
    const failed = expect(call).rejects.toThrow();
    await waiting;
    cancel.abort();
    await Promise.all([failed, aborted]);
    await expect.poll(() => test.served.endpoint.runningCalls).toBe(0);
  });

  it('stops the running call when it goes away', async () => {
    await using test = await connected(open);
    const [waiting, aborted] = [test.surface.waiting(), test.surface.aborted()];
    test.client.call('wait').catch(() => {});
    await waiting;
    test.served.app.server.closeAllConnections();
    await aborted;
  });

  it('loses its streams and calls at once when its credential is revoked', async () => {
    await using test = await connected(open);
    const heard = test.client.toolsChanged();
    heard.catch(() => {});
    await untilListening(test.surface);
    const [waiting, aborted] = [test.surface.waiting(), test.surface.aborted()];
    const call = test.client.call('wait');
    const failed = expect(call).rejects.toThrow();
    await waiting;
    test.served.surfaces.clear();
    await test.served.endpoint.closeSurface('simple');
    await Promise.all([failed, aborted]);
    expect(test.surface.listeners).toBe(0);
    await expect(test.client.list()).rejects.toThrow();
  });
});

describe('stopping the hub', () => {
  it('ends event streams at once, lets a running call finish and cuts it at the deadline', async () => {
    await using test = await connected((served) => sdkTwo(served, 'auto'));
    const heard = test.client.toolsChanged();
    heard.catch(() => {});
    await untilListening(test.surface);
    const [waiting, aborted] = [test.surface.waiting(), test.surface.aborted()];
    const failed = expect(test.client.call('wait')).rejects.toThrow();
    await waiting;

    const deadline = new AbortController();
    const closed = test.served.endpoint.closeAll(deadline.signal);
    await expect.poll(() => test.served.endpoint.openStreams).toBe(0);
    expect(test.served.endpoint.runningCalls).toBe(1);
    deadline.abort();
    await Promise.all([closed, failed, aborted]);
  });
});
