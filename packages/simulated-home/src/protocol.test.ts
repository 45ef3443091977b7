import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startSimulatedHome } from './simulated-home.ts';
import { connect, testHome } from './testing/client.ts';

const codeOf = (answer: unknown) => (answer as { error: { code: string } }).error.code;

test('a right token is greeted with the version', async () => {
  await using it = await testHome();
  expect(it.client.messages).toEqual([
    { type: 'auth_required', ha_version: '2026.11.0' },
    { type: 'auth_ok', ha_version: '2026.11.0' },
  ]);
});

test('a wrong token is refused and the connection closed', async () => {
  await using it = await testHome();
  await using stranger = await connect(it.home.url, 'wrong');
  await once(stranger.socket, 'close');
  expect(stranger.messages.at(-1)).toMatchObject({ type: 'auth_invalid' });
});

test('ids must increase', async () => {
  await using it = await testHome();
  await it.client.ask('ping');
  it.client.socket.send(JSON.stringify({ id: 1, type: 'get_config' }));
  const answer = await it.client.until((message) => message['type'] === 'result');
  expect(codeOf(answer)).toBe('id_reuse');
});

test.each([
  ['an unknown command', 'nope/nope', {}, 'unknown_command'],
  ['an unknown key', 'get_states', { extra: 1 }, 'invalid_format'],
  ['a missing key', 'config/area_registry/create', {}, 'invalid_format'],
])('%s is answered with its code', async (_name, type, fields, code) => {
  await using it = await testHome();
  expect(codeOf(await it.client.ask(type, fields))).toBe(code);
});

test('commands may come as one array, and answers go out as arrays once asked for', async () => {
  await using it = await testHome();
  await it.client.ask('supported_features', { features: { coalesce_messages: 1 } });
  it.client.socket.send(JSON.stringify([10, 11, 12].map((id) => ({ id, type: 'ping' }))));
  await it.client.until(({ id }) => id === 12);
  expect(JSON.parse(it.client.frames.at(-1) ?? '')).toEqual([10, 11, 12].map((id) => ({ id, type: 'pong' })));
});

test('a subscription ends with unsubscribe_events', async () => {
  await using it = await testHome();
  await it.client.result('subscribe_events', { event_type: 'proof' });
  const id = it.client.lastId();
  expect(await it.client.result('unsubscribe_events', { subscription: id })).toBeNull();
  expect(codeOf(await it.client.ask('unsubscribe_events', { subscription: id }))).toBe('not_found');
  await it.client.result('fire_event', { event_type: 'proof' });
  expect(it.client.messages.filter((message) => message['type'] === 'event')).toEqual([]);
});

test('a frame above 4 MiB closes the connection with 1009', async () => {
  await using it = await testHome();
  it.client.socket.send('x'.repeat(4 * 1024 * 1024 + 1));
  const [code] = await once(it.client.socket, 'close');
  expect(code).toBe(1009);
});

test('a token can be refused later, on REST too', async () => {
  await using it = await testHome();
  it.home.misbehave({ refuseToken: true });
  await using again = await connect(it.home.url, it.home.token);
  expect(again.messages.at(-1)).toMatchObject({ type: 'auth_invalid' });
  expect((await it.rest('GET', '/api/')).status).toBe(401);
});

test('a ban answers 403 to everything', async () => {
  await using it = await testHome();
  it.home.misbehave({ ban: true });
  expect((await it.rest('GET', '/manifest.json')).status).toBe(403);
});

test('garbage is a frame that is no JSON', async () => {
  await using it = await testHome();
  it.home.misbehave({ garbage: true });
  const frame = new Promise<string>((resolve) => {
    it.client.socket.removeAllListeners('message');
    it.client.socket.once('message', (data: Buffer) => resolve(data.toString()));
  });
  it.client.socket.send(JSON.stringify({ id: 1, type: 'ping' }));
  expect(() => JSON.parse('')).toThrow(SyntaxError);
  const text = await frame;
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
});

test('the connection can break in the middle of a frame', async () => {
  await using it = await testHome();
  it.home.misbehave({ closeMidFrame: true });
  it.client.socket.send(JSON.stringify({ id: 1, type: 'ping' }));
  const [code] = await once(it.client.socket, 'close');
  expect(code).toBe(1006);
  expect(it.client.messages).toHaveLength(2);
});

test('a home that hangs after auth takes the token and answers nothing until it is well again', async () => {
  await using it = await testHome();
  it.home.misbehave({ hang: 'after_auth' });
  await using other = await connect(it.home.url, it.home.token);
  other.socket.send(JSON.stringify({ id: 1, type: 'ping' }));
  it.home.misbehave({ slowMs: 1 });
  it.client.socket.send(JSON.stringify({ id: 1, type: 'ping' }));
  await it.client.until(({ type }) => type === 'pong');
  expect(other.messages.map(({ type }) => type)).not.toContain('result');
});

test('close ends connections and frees the port', async () => {
  const home = await startSimulatedHome();
  const client = await connect(home.url, home.token);
  const closed = once(client.socket, 'close');
  await home.close();
  await closed;
  const again = await startSimulatedHome({ port: Number(new URL(home.url).port) });
  await again.close();
});
