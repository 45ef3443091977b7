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

/** What every client of ours has to manage, whatever it is made of. */
export interface TestClient extends AsyncDisposable {
  readonly revision: string;
  list(): Promise<string[]>;
  call(
    name: string,
    args?: Record<string, unknown>,
    options?: CallOptions,
  ): Promise<{ content: unknown; structuredContent?: unknown; isError?: boolean }>;
  /** Resolves at the next news of a changed tool list. */
  toolsChanged(): Promise<void>;
}

export interface CallOptions {
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
function httpTransport(url: URL): Transport {
  return new StreamableHTTPClientTransport(url) as unknown as Transport;
}

async function sdkTwo(url: URL, mode: 'legacy' | 'auto'): Promise<TestClient> {
  const client = new NewClient(me, { versionNegotiation: { mode } });
  await client.connect(new NewTransport(url));
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

async function stdioBridge(url: URL): Promise<TestClient> {
  const config = await mkdtemp(join(tmpdir(), 'mcp-remote-'));
  const program = createRequire(import.meta.url).resolve('mcp-remote/dist/proxy.js');
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, url.href],
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

export type OpenClient = (url: URL) => Promise<TestClient>;

/** The newest protocol, with a stream of its own for changes. */
export const openModern: OpenClient = (url) => sdkTwo(url, 'auto');

/** The clients people's assistants are built on, each by its name. */
export const CLIENTS: readonly (readonly [string, OpenClient])[] = [
  ['the v1 SDK client', (url) => sdkOne(httpTransport(url), '2025-11-25')],
  ['the v2 client by default', (url) => sdkTwo(url, 'legacy')],
  ['the v2 client on 2026-07-28', openModern],
  ['a stdio bridge', stdioBridge],
];
