import { text } from 'node:stream/consumers';
import { Fault } from '@hub/core/fault.ts';
import { describe, expect, test } from 'vitest';
import { createDirectHome, type DirectHomeOptions } from './direct.ts';
import type { Home } from './home.ts';
import { requestJson } from './http.ts';
import { type ScriptedHome, startScriptedHome } from './testing/scripted-home.ts';

function link(scripted: ScriptedHome, options: Partial<DirectHomeOptions> = {}): Home & AsyncDisposable {
  const home = createDirectHome({
    ...{ id: 'h', url: scripted.url, token: 'the-token', allowPrivateAddresses: true },
    ...options,
  });
  return Object.assign(home, { [Symbol.asyncDispose]: () => home.close() });
}

async function eventually(isTrue: () => boolean): Promise<void> {
  await expect.poll(isTrue, { interval: 5, timeout: 10_000 }).toBe(true);
}

const said = (scripted: ScriptedHome, type: string) => scripted.received.filter((message) => message.type === type);

describe('what a link sends', () => {
  test('a ping is answered by its pong', async () => {
    await using scripted = await startScriptedHome();
    scripted.answer = ({ id, type }, socket) =>
      void (type === 'ping' && socket.send(JSON.stringify({ id, type: 'pong' })));
    await using home = link(scripted);
    await expect(home.send({ type: 'ping' })).resolves.toBeUndefined();
  });

  test('after a message that was too large the next ones pass', async () => {
    await using scripted = await startScriptedHome();
    scripted.answer = ({ type }) => (type === 'ask' ? 'fine' : undefined);
    await using home = link(scripted);
    await home.ready();
    const large = home.send({ type: 'ask', text: 'x'.repeat(5_000_000) }, { deadlineMs: 500 });
    await expect(large).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await expect(home.send({ type: 'ask' })).resolves.toBe('fine');
  });

  test('no more commands are on their way than allowed, and the others follow in turn', async () => {
    await using scripted = await startScriptedHome();
    const answers: (() => void)[] = [];
    scripted.answer = ({ id, type }, socket) => {
      if (type === 'ask')
        answers.push(() => socket.send(JSON.stringify({ id, type: 'result', success: true, result: id })));
      return undefined;
    };
    await using home = link(scripted, { maxInFlight: 2 });
    await home.ready();
    const asked = [1, 2, 3].map((n) => home.send({ type: 'ask', n }));
    await eventually(() => answers.length === 2);
    expect(said(scripted, 'ask').map(({ n }) => n)).toEqual([1, 2]);
    answers[0]?.();
    await eventually(() => answers.length === 3);
    for (const answer of answers) answer();
    await Promise.all(asked);
  });

  test('a command that waits in line is not sent after its deadline', async () => {
    await using scripted = await startScriptedHome();
    await using home = link(scripted, { maxInFlight: 1 });
    await home.ready();
    const first = home.send({ type: 'ask', n: 1 }, { deadlineMs: 300 }).catch((error: unknown) => error);
    const second = home.send({ type: 'ask', n: 2 }, { deadlineMs: 20 });
    await expect(second).rejects.toMatchObject({ code: 'TIMEOUT_WEBSOCKET', outcomeUnknown: false });
    await first;
    expect(said(scripted, 'ask').map(({ n }) => n)).toEqual([1]);
  });
});

describe('a subscription', () => {
  test('is called off where it lives now, also after a reconnect', async () => {
    await using scripted = await startScriptedHome();
    scripted.answer = ({ type }) =>
      type.startsWith('subscribe_x') || type === 'unsubscribe_events' ? null : undefined;
    await using home = link(scripted);
    const subscription = await home.subscribe({ type: 'subscribe_x' }, () => undefined);
    scripted.cut();
    await eventually(() => said(scripted, 'subscribe_x').length === 2);
    await eventually(() => home.info.state === 'running');
    await subscription.close();
    const [, second] = said(scripted, 'subscribe_x');
    expect(said(scripted, 'unsubscribe_events')).toMatchObject([{ subscription: second?.id }]);
  });

  test('that the home does not renew tells its owner', async () => {
    await using scripted = await startScriptedHome();
    let isKnown = true;
    scripted.answer = ({ id, type }, socket) => {
      if (type !== 'subscribe_x') return undefined;
      if (isKnown) return null;
      socket.send(
        JSON.stringify({ id, type: 'result', success: false, error: { code: 'unknown_command', message: '' } }),
      );
      return undefined;
    };
    await using home = link(scripted);
    const { promise: ended, resolve } = Promise.withResolvers<Fault>();
    await home.subscribe({ type: 'subscribe_x' }, () => undefined, { onEnded: resolve });
    isKnown = false;
    scripted.cut();
    expect(await ended).toMatchObject({ code: 'COMPONENT_NOT_INSTALLED' });
  });

  test('given up by its caller but taken by the home is called off at its first event', async () => {
    await using scripted = await startScriptedHome();
    const { promise: arrived, resolve } = Promise.withResolvers<() => void>();
    scripted.answer = ({ id, type }, socket) => {
      if (type === 'subscribe_x') resolve(() => socket.send(JSON.stringify({ id, type: 'event', event: 1 })));
      return undefined;
    };
    await using home = link(scripted);
    const late = home.subscribe({ type: 'subscribe_x' }, () => undefined, { deadlineMs: 50 });
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT_WEBSOCKET' });
    (await arrived)();
    await eventually(() => said(scripted, 'unsubscribe_events').length === 1);
  });
});

describe('a link that is down', () => {
  test('is not dialled again by every call that comes', async () => {
    await using scripted = await startScriptedHome();
    scripted.handshakeStatus = 502;
    await using home = link(scripted);
    const faults = new Set<unknown>();
    for (let call = 0; call < 5; call++) faults.add(await home.send({ type: 'x' }).catch((error: unknown) => error));
    expect(faults.size).toBe(1);
    expect([...faults][0]).toMatchObject({ code: 'CONNECTION_FAILED', outcomeUnknown: false });
  });

  test('ends the wait of everybody when it is closed', async () => {
    await using scripted = await startScriptedHome();
    scripted.onAuth = 'silent';
    const home = link(scripted);
    const waiting = Promise.allSettled([
      home.send({ type: 'x' }),
      home.ready(),
      home.subscribe({ type: 'y' }, () => undefined),
    ]);
    await eventually(() => scripted.logins === 1);
    await home.close();
    for (const one of await waiting) {
      expect(one).toMatchObject({ status: 'rejected', reason: { code: 'CONNECTION_FAILED', outcomeUnknown: false } });
    }
  });

  test('a home that still starts at the deadline is said to be starting', async () => {
    await using scripted = await startScriptedHome();
    scripted.state = 'NOT_RUNNING';
    await using home = link(scripted);
    await expect(home.ready({ deadlineMs: 100 })).rejects.toMatchObject({
      code: 'CONNECTION_TIMEOUT',
      message: expect.stringContaining('starting'),
    });
    expect(home.info.state).toBe('starting');
    scripted.state = 'RUNNING';
    await home.ready();
    expect(home.info).toMatchObject({
      state: 'running',
      isAdmin: true,
      locationName: 'Scripted',
      timeZone: 'Europe/Amsterdam',
    });
  });
});

describe('REST', () => {
  test('a 401 while the socket stands is a matter of rights and not of the token', async () => {
    await using scripted = await startScriptedHome();
    scripted.http = () => ({ status: 401, body: '401: Unauthorized' });
    await using home = link(scripted);
    await expect(requestJson(home, { method: 'GET', path: '/api/error_log' })).rejects.toBeInstanceOf(Fault);
    expect(home.info.state).toBe('running');
  });

  test('never follows a redirect with the token', async () => {
    await using scripted = await startScriptedHome();
    const asked: (string | undefined)[] = [];
    scripted.http = ({ url }) => {
      asked.push(url);
      return { status: 302, headers: { location: '/api/elsewhere' }, body: 'moved' };
    };
    await using home = link(scripted);
    const response = await home.rest({ method: 'GET', path: '/api/here' });
    expect([response.status, await text(response.body)]).toEqual([302, 'moved']);
    expect(asked).toEqual(['/api/here']);
  });

  test.each(['/', '/local/x', '/api/../auth', 'http://other/api/', '/apis', '//other/api/', '/api/\r\nx'])(
    'the path %j is not Home Assistant’s',
    async (path) => {
      await using scripted = await startScriptedHome();
      await using home = link(scripted);
      await expect(home.rest({ method: 'GET', path })).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    },
  );

  test('a body above 16 MiB is refused before it is sent', async () => {
    await using scripted = await startScriptedHome();
    await using home = link(scripted);
    const large = home.rest({ method: 'POST', path: '/api/x', body: 'x'.repeat(17 * 1024 * 1024) });
    await expect(large).rejects.toMatchObject({ code: 'VALIDATION_FAILED', outcomeUnknown: false });
  });

  test('an answer that breaks off in the middle is a lost answer', async () => {
    await using scripted = await startScriptedHome();
    scripted.http = () => ({ status: 200, body: '{"half": ', headers: { 'content-length': '500' } });
    await using home = link(scripted);
    const lost = (method: 'GET' | 'POST') => requestJson(home, { method, path: '/api/config' });
    await expect(lost('GET')).rejects.toMatchObject({ code: 'CONNECTION_FAILED', outcomeUnknown: false });
    await expect(lost('POST')).rejects.toMatchObject({ code: 'CONNECTION_FAILED', outcomeUnknown: true });
  });
});

test('the address is checked again at every new connection, and the token never goes where the hub may not dial', async () => {
  await using scripted = await startScriptedHome();
  await using home = link(scripted, { allowPrivateAddresses: false });
  await expect(home.ready()).rejects.toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' });
  expect(scripted.logins).toBe(0);
});

test('a home that hangs does not hold up whoever closes its link', { timeout: 15_000 }, async () => {
  await using scripted = await startScriptedHome();
  await using home = link(scripted);
  await home.ready();
  for (const socket of scripted.sockets) socket.pause();
  await home.close();
});
