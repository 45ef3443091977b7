import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Fault } from '@hub/core/fault.ts';
import { describe, expect, test, vi } from 'vitest';
import type { Home } from '../home.ts';
import { type ScriptedHome, startScriptedHome } from './scripted-home.ts';

export interface HomeUnderTest extends AsyncDisposable {
  readonly home: Home;
}

async function faultOf(promise: Promise<unknown>): Promise<Fault> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) throw new Error(`expected a Fault, got ${String(error)}`);
  return error;
}

/** The rules every kind of link keeps; `link` reaches the scripted home over the kind under test. */
export function describeHome(name: string, link: (scripted: ScriptedHome) => Promise<HomeUnderTest>): void {
  describe(name, () => {
    test('is offline before its first use, and tells what it reached once it is ready', async () => {
      await using scripted = await startScriptedHome();
      await using linked = await link(scripted);
      expect(linked.home.info.state).toBe('offline');
      await linked.home.ready();
      expect(linked.home.info).toMatchObject({ state: 'running', haVersion: expect.any(String) });
      expect(linked.home.info.components).toBeInstanceOf(Set);
    });

    test('a command comes back with its own result, many at once as well', async () => {
      await using scripted = await startScriptedHome();
      scripted.answer = (message, socket) =>
        message.type === 'ask' &&
        socket.send(JSON.stringify({ id: message.id, type: 'result', success: true, result: { n: message['n'] } }));
      await using linked = await link(scripted);
      const { home } = linked;
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => home.send({ type: 'ask', n })));
      expect(answers).toEqual(Array.from({ length: 20 }, (_, n) => ({ n })));
    });

    test("the home's own error is told as a fault with its words", async () => {
      await using scripted = await startScriptedHome();
      scripted.answer = (message, socket) =>
        message.type === 'ask' &&
        socket.send(
          JSON.stringify({
            id: message.id,
            type: 'result',
            success: false,
            error: { code: 'not_found', message: 'no such thing' },
          }),
        );
      await using linked = await link(scripted);
      const fault = await faultOf(linked.home.send({ type: 'ask' }));
      expect(fault.message).toContain('no such thing');
      expect(fault.outcomeUnknown).toBe(false);
    });

    test('a write that is not answered in time is unknown, a read is not', async () => {
      await using scripted = await startScriptedHome();
      scripted.answer = () => undefined;
      await using linked = await link(scripted);
      await linked.home.ready();
      const write = await faultOf(linked.home.send({ type: 'change' }, { deadlineMs: 300 }));
      expect(write).toMatchObject({ code: 'TIMEOUT_WEBSOCKET', outcomeUnknown: true });
      const read = await faultOf(linked.home.send({ type: 'look' }, { deadlineMs: 300, isWrite: false }));
      expect(read).toMatchObject({ code: 'TIMEOUT_WEBSOCKET', outcomeUnknown: false });
    });

    test('a cancelled command ends at once', async () => {
      await using scripted = await startScriptedHome();
      scripted.answer = () => undefined;
      await using linked = await link(scripted);
      await linked.home.ready();
      const stop = new AbortController();
      const asked = linked.home.send({ type: 'look' }, { signal: stop.signal, isWrite: false });
      await vi.waitFor(() => expect(scripted.received.some(({ type }) => type === 'look')).toBe(true));
      stop.abort(new Fault('CANCELLED', 'enough'));
      expect(await faultOf(asked)).toMatchObject({ code: 'CANCELLED' });
    });

    test('events of a subscription arrive in order until it is closed, and again after a lost line', async () => {
      await using scripted = await startScriptedHome();
      const tell = (n: number) => {
        const [message] = scripted.received.filter(({ type }) => type === 'listen').slice(-1);
        for (const socket of scripted.sockets)
          socket.send(JSON.stringify({ id: message?.id, type: 'event', event: { n } }));
      };
      scripted.answer = (message, socket) =>
        socket.send(JSON.stringify({ id: message.id, type: 'result', success: true, result: null }));
      await using linked = await link(scripted);
      const [seen, renewed] = [vi.fn(), vi.fn()];
      const subscription = await linked.home.subscribe({ type: 'listen' }, seen, { onRenewed: renewed });
      for (const n of [1, 2, 3]) tell(n);
      await vi.waitFor(() => expect(seen.mock.calls).toEqual([[{ n: 1 }], [{ n: 2 }], [{ n: 3 }]]));
      scripted.cut();
      await vi.waitFor(() => expect(renewed).toHaveBeenCalled(), { timeout: 10_000 });
      tell(4);
      await vi.waitFor(() => expect(seen).toHaveBeenLastCalledWith({ n: 4 }));
      await subscription.close();
      await subscription.close();
      await vi.waitFor(() => expect(scripted.received.some(({ type }) => type === 'unsubscribe_events')).toBe(true));
      const count = seen.mock.calls.length;
      tell(5);
      await linked.home.send({ type: 'anything' });
      expect(seen).toHaveBeenCalledTimes(count);
    });

    test('REST carries status, headers and body both ways, streams as they are', async () => {
      await using scripted = await startScriptedHome();
      scripted.http = (request) => ({
        status: request.method === 'POST' ? 201 : 404,
        headers: { 'x-said': String(request.headers['content-type'] ?? 'nothing') },
        body: JSON.stringify({ url: request.url, method: request.method }),
      });
      await using linked = await link(scripted);
      const { home } = linked;
      const asked = await home.rest({ method: 'GET', path: '/api/things', query: { a: 'b c' } });
      expect(asked.status).toBe(404);
      expect(JSON.parse(await text(asked.body))).toEqual({ url: '/api/things?a=b+c', method: 'GET' });
      const sent = await home.rest({ method: 'POST', path: '/api/x', body: { n: 1 } });
      expect([sent.status, sent.headers['x-said']]).toEqual([201, 'application/json']);
      sent.body.resume();
      const streamed = await home.rest({
        method: 'POST',
        path: '/api/x',
        body: Readable.from([Buffer.alloc(100_000, 'a'), Buffer.alloc(100_000, 'b')]),
        headers: { 'content-type': 'application/x-tar' },
      });
      expect([streamed.status, streamed.headers['x-said']]).toEqual([201, 'application/x-tar']);
      streamed.body.resume();
    });

    test('a home that refuses the credential says so, and what is asked later is refused at once', async () => {
      await using scripted = await startScriptedHome();
      scripted.onAuth = 'refuse';
      await using linked = await link(scripted);
      expect(await faultOf(linked.home.ready())).toMatchObject({ code: 'AUTH_INVALID_TOKEN' });
      expect(await faultOf(linked.home.send({ type: 'x' }))).toMatchObject({ code: 'AUTH_INVALID_TOKEN' });
      expect(scripted.logins).toBe(1);
    });

    test('closing ends what waits', async () => {
      await using scripted = await startScriptedHome();
      scripted.answer = () => undefined;
      await using linked = await link(scripted);
      await linked.home.ready();
      const asked = faultOf(linked.home.send({ type: 'look' }, { isWrite: false }));
      await vi.waitFor(() => expect(scripted.received.some(({ type }) => type === 'look')).toBe(true));
      await linked.home.close();
      expect(await asked).toBeInstanceOf(Fault);
    });
  });
}
