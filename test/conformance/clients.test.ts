import { describe, expect, it } from 'vitest';
import { serve } from '../../services/hub/src/mcp/testing/serve.ts';
import { type SimpleSurface, simpleSurface } from '../../services/hub/src/mcp/testing/simple-surface.ts';
import { CLIENTS, type OpenClient, openModern } from '../clients/test-clients.ts';

async function connected(open: OpenClient, surface: SimpleSurface = simpleSurface()) {
  const served = await serve(surface);
  const client = await open(served.url);
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

describe.each(CLIENTS)('%s', (_name, open) => {
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
    await using test = await connected(openModern);
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
