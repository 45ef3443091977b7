import { setTimeout as delay } from 'node:timers/promises';
import { Fault } from '@hub/core/fault.ts';
import { describe, expect, test } from 'vitest';
import { createDirectHome } from './direct.ts';
import type { Home, HomeState } from './home.ts';
import { type ScriptedHome, startScriptedHome } from './testing/scripted-home.ts';

async function link(scripted: ScriptedHome, states: HomeState[] = []): Promise<Home & AsyncDisposable> {
  const home = createDirectHome({
    id: 'h',
    url: scripted.url,
    token: 'the-token',
    allowPrivateAddresses: true,
    onState: ({ state }) => states.push(state),
  });
  return Object.assign(home, { [Symbol.asyncDispose]: () => home.close() });
}

const faultOf = async (promise: Promise<unknown>): Promise<Fault> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) throw new Error(`expected a Fault, got ${String(error)}`);
  return error;
};

describe('the wire', () => {
  test('ids rise under concurrency, and answers in any order find their command', async () => {
    await using scripted = await startScriptedHome();
    const late: (() => void)[] = [];
    scripted.answer = (message, socket) => {
      if (message.type !== 'ask') return undefined;
      late.push(() =>
        socket.send(JSON.stringify({ id: message.id, type: 'result', success: true, result: message['n'] })),
      );
      if (late.length === 12) for (const send of late.reverse()) send();
      return undefined;
    };
    await using home = await link(scripted);
    expect(await Promise.all(Array.from({ length: 12 }, (_, n) => home.send({ type: 'ask', n })))).toEqual([
      ...Array(12).keys(),
    ]);
    const ids = scripted.received.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('a frame may be an array of messages, and the first answer per id wins', async () => {
    await using scripted = await startScriptedHome();
    scripted.answer = ({ id, type }, socket) => {
      if (type === 'ask') {
        socket.send(
          JSON.stringify([
            { id, type: 'result', success: false, error: { code: 'not_found', message: 'gone' } },
            { id, type: 'result', success: true, result: 'second' },
            { id: 999, type: 'result', success: true, result: 'nobody asked' },
          ]),
        );
      }
      return undefined;
    };
    await using home = await link(scripted);
    expect(await faultOf(home.send({ type: 'ask' }))).toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      message: 'Command failed: gone',
    });
  });

  test('garbage in a frame is passed over, the link stays', async () => {
    await using scripted = await startScriptedHome();
    scripted.answer = ({ type }, socket) => {
      if (type === 'ask') socket.send('not json {{{');
      return type === 'ask' ? 'fine' : undefined;
    };
    await using home = await link(scripted);
    expect(await home.send({ type: 'ask' })).toBe('fine');
  });

  test('an event that comes before the result of its subscription is not lost', async () => {
    await using scripted = await startScriptedHome();
    scripted.answer = ({ id, type }, socket) => {
      if (type !== 'subscribe_x') return undefined;
      socket.send(JSON.stringify({ id, type: 'event', event: 'early' }));
      return null;
    };
    await using home = await link(scripted);
    const events: unknown[] = [];
    await home.subscribe({ type: 'subscribe_x' }, (event) => events.push(event));
    expect(events).toEqual(['early']);
  });

  test('a command above 4 MiB is refused before it is sent', async () => {
    await using scripted = await startScriptedHome();
    await using home = await link(scripted);
    await home.ready();
    expect(await faultOf(home.send({ type: 'save', config: 'x'.repeat(5_000_000) }))).toMatchObject({
      code: 'VALIDATION_FAILED',
      outcomeUnknown: false,
    });
    expect(scripted.received.some(({ type }) => type === 'save')).toBe(false);
  });
});

describe('answers that do not come', () => {
  test('a lost socket leaves a write unknown and a read merely lost', async () => {
    await using scripted = await startScriptedHome();
    await using home = await link(scripted);
    await home.ready();
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    scripted.answer = ({ type }) => void (type === 'config/area_registry/list' && resolve());
    const write = faultOf(home.send({ type: 'call_service' }));
    const read = faultOf(home.send({ type: 'config/area_registry/list' }));
    await arrived;
    scripted.cut();
    expect(await write).toMatchObject({ code: 'WEBSOCKET_DISCONNECTED', outcomeUnknown: true });
    expect(await read).toMatchObject({ code: 'WEBSOCKET_DISCONNECTED', outcomeUnknown: false });
  });

  test('a deadline and a cancelled signal end the wait, and a late answer disturbs nobody', async () => {
    await using scripted = await startScriptedHome();
    const late: (() => void)[] = [];
    scripted.answer = ({ id, type }, socket) => {
      if (type === 'slow')
        late.push(() => socket.send(JSON.stringify({ id, type: 'result', success: true, result: 'late' })));
      return type === 'ask' ? 'fine' : undefined;
    };
    await using home = await link(scripted);
    await home.ready();
    expect(await faultOf(home.send({ type: 'slow' }, { deadlineMs: 20 }))).toMatchObject({
      code: 'TIMEOUT_WEBSOCKET',
      outcomeUnknown: true,
    });
    const stop = new AbortController();
    const cancelled = faultOf(home.send({ type: 'slow' }, { signal: stop.signal }));
    stop.abort();
    expect(await cancelled).toMatchObject({ code: 'CANCELLED' });
    for (const send of late) send();
    expect(await home.send({ type: 'ask' })).toBe('fine');
  });
});

describe('the link', () => {
  test('a refused token is not shown again', async () => {
    await using scripted = await startScriptedHome();
    scripted.onAuth = 'refuse';
    await using home = await link(scripted);
    for (let attempt = 0; attempt < 3; attempt++) {
      expect(await faultOf(home.send({ type: 'get_states' }))).toMatchObject({ code: 'AUTH_INVALID_TOKEN' });
    }
    expect(scripted.logins).toBe(1);
    expect(home.info.state).toBe('reauth_required');
  });

  test('a 403 at the door means banned, and nobody knocks again', async () => {
    await using scripted = await startScriptedHome();
    scripted.handshakeStatus = 403;
    await using home = await link(scripted);
    expect((await faultOf(home.ready())).message).toContain('banned');
    expect(home.info.state).toBe('banned');
    scripted.handshakeStatus = 101;
    await faultOf(home.ready());
    expect(scripted.logins).toBe(0);
  });

  test('a stranger at the address is never shown the token', async () => {
    await using scripted = await startScriptedHome();
    scripted.manifest = { name: 'Some router' };
    await using home = await link(scripted);
    expect((await faultOf(home.ready())).message).toContain('not Home Assistant');
    expect(scripted.logins).toBe(0);
  });

  test('something that does not speak the protocol gives a clear error', async () => {
    await using scripted = await startScriptedHome();
    scripted.onAuth = 'garbage';
    await using home = await link(scripted);
    expect(await faultOf(home.ready({ deadlineMs: 500 }))).toMatchObject({
      code: expect.stringMatching(/CONNECTION_TIMEOUT|WEBSOCKET_NOT_AUTHENTICATED/),
    });
  });

  test('subscriptions come back after a lost socket, told that a full picture follows', async () => {
    await using scripted = await startScriptedHome();
    scripted.answer = ({ id, type }, socket) => {
      if (type !== 'subscribe_x') return undefined;
      socket.send(JSON.stringify({ id, type: 'result', success: true, result: null }));
      socket.send(JSON.stringify({ id, type: 'event', event: 'picture' }));
      return undefined;
    };
    await using home = await link(scripted);
    const seen: unknown[] = [];
    const { promise: twice, resolve } = Promise.withResolvers<void>();
    const onEvent = (event: unknown) => {
      seen.push(event);
      if (seen.filter((one) => one === 'picture').length === 2) resolve();
    };
    await home.subscribe({ type: 'subscribe_x' }, onEvent, { onRenewed: () => seen.push('renewed') });
    scripted.cut();
    await twice;
    expect(seen).toEqual(['picture', 'renewed', 'picture']);
  });

  test('a home that still loads is "starting", and its subscriptions wait for it to run', async () => {
    await using scripted = await startScriptedHome();
    const states: HomeState[] = [];
    await using home = await link(scripted, states);
    const renewed: string[] = [];
    scripted.answer = ({ type }) => (type === 'subscribe_x' ? null : undefined);
    const { promise: again, resolve } = Promise.withResolvers<void>();
    await home.subscribe({ type: 'subscribe_x' }, () => undefined, {
      onRenewed: () => {
        renewed.push(home.info.state);
        resolve();
      },
    });
    scripted.state = 'NOT_RUNNING';
    scripted.cut();
    while (!states.slice(2).includes('starting')) await delay(10);
    expect(renewed).toEqual([]);
    scripted.state = 'RUNNING';
    await again;
    expect(renewed).toEqual(['running']);
  });

  test('after close nothing is connected and calls say so', async () => {
    await using scripted = await startScriptedHome();
    const home = await link(scripted);
    await home.ready();
    await home.close();
    expect(await faultOf(home.send({ type: 'get_states' }))).toMatchObject({ code: 'CONNECTION_FAILED' });
    while (scripted.sockets.size > 0) await delay(5);
  });
});
