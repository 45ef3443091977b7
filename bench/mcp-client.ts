import { lastMessage } from '../test/ask-hub.ts';

export type Era = '2025-11-25' | '2026-07-28';

/** A connector URL as one client uses it. */
export interface McpClient {
  readonly url: URL;
  readonly era: Era;
  readonly sessionId: string | undefined;
}

export interface McpAsk {
  readonly method: 'tools/list' | 'tools/call';
  /** Of tools/call. */
  readonly tool?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

const CLIENT = { name: 'bench', version: '1.0.0' };

/** A client of 2025-11-25 shakes hands and keeps the session it is given; a newer one says all with each request. */
export async function openClient(connectorUrl: string, era: Era): Promise<McpClient> {
  const url = new URL(connectorUrl);
  if (era === '2026-07-28') return { url, era, sessionId: undefined };
  const params = { protocolVersion: era, capabilities: {}, clientInfo: CLIENT };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params }),
  });
  const sessionId = response.headers.get('mcp-session-id');
  if (sessionId === null) throw new Error(`no session: ${JSON.stringify(lastMessage(await response.text()))}`);
  await response.body?.cancel();
  return { url, era, sessionId };
}

/** One request as it goes over the wire. */
export function requestText({ url, era, sessionId }: McpClient, { method, tool, args = {} }: McpAsk): string {
  const isModern = era === '2026-07-28';
  const params = {
    ...(tool === undefined ? {} : { name: tool, arguments: args }),
    ...(isModern
      ? {
          _meta: {
            'io.modelcontextprotocol/protocolVersion': era,
            'io.modelcontextprotocol/clientCapabilities': {},
            'io.modelcontextprotocol/clientInfo': CLIENT,
          },
        }
      : {}),
  };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  return [
    `POST ${url.pathname} HTTP/1.1`,
    `host: ${url.host}`,
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    `mcp-protocol-version: ${era}`,
    ...(sessionId === undefined ? [] : [`mcp-session-id: ${sessionId}`]),
    ...(isModern ? [`mcp-method: ${method}`] : []),
    ...(isModern && tool !== undefined ? [`mcp-name: ${tool}`] : []),
    `content-length: ${Buffer.byteLength(body)}`,
    '',
    body,
  ].join('\r\n');
}
