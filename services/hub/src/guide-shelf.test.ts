import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guideShelf } from './guide-shelf.ts';
import { type Served, serve } from './mcp/testing/serve.ts';
import { simpleSurface } from './mcp/testing/simple-surface.ts';

const KEY = 'I-HAVE-READ-THE-BEST-PRACTICES-GUIDE-0123abcd';
const SCENES = 'skill://home-assistant-best-practices/references/scenes.md';

let served: Served;
beforeAll(async () => {
  served = await serve({ ...simpleSurface(), resources: guideShelf(() => KEY) });
});
afterAll(() => served[Symbol.asyncDispose]());

describe.each([
  ['2025-11-25', 'legacy'],
  ['2026-07-28', 'auto'],
] as const)('the guide as resources, %s', (version, mode) => {
  async function connect(): Promise<Client> {
    const client = new Client({ name: 'reader', version: '1' }, { versionNegotiation: { mode } });
    await client.connect(new StreamableHTTPClientTransport(served.url));
    expect(client.getNegotiatedProtocolVersion()).toBe(version);
    return client;
  }

  it('is listed, and each file can be read', async () => {
    const client = await connect();
    expect(client.getServerCapabilities()?.resources).toBeDefined();
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toContain(SCENES);
    for (const { uri, mimeType } of resources) {
      const [content] = (await client.readResource({ uri })).contents;
      expect(content).toMatchObject({
        uri,
        mimeType,
        text: expect.stringMatching(mimeType === 'text/markdown' ? /^I-HAVE[^\n]+\n\n.*# /s : /^\{/),
      });
    }
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates).toMatchObject([{ uriTemplate: 'skill://home-assistant-best-practices/{+path}' }]);
    await client.close();
  });

  it('has nothing at other addresses', async () => {
    const client = await connect();
    for (const uri of [
      'skill://home-assistant-best-practices/../secret',
      'skill://other/SKILL.md',
      'SKILL.md',
      'file:///etc/passwd',
    ])
      await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32_602 });
    await client.close();
  });
});

it('a connector without such texts says so', async () => {
  await using plain = await serve(simpleSurface());
  const client = new Client({ name: 'reader', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(plain.url));
  expect(client.getServerCapabilities()?.resources).toBeUndefined();
  await client.close();
});
