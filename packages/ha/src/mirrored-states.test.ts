import { expect, test } from 'vitest';
import { createDirectHome } from './direct.ts';
import { createMirroredStates } from './mirrored-states.ts';
import { startScriptedHome } from './testing/scripted-home.ts';

const PICTURE = { a: { 'light.a': { s: 'on', a: {}, c: 'c', lc: 1 } } };

function linkTo(url: string) {
  const home = createDirectHome({ id: 'h', url, token: 'the-token', allowPrivateAddresses: true });
  return Object.assign(home, { [Symbol.asyncDispose]: () => home.close() });
}

test('a home that takes the subscription and tells nothing fails the read, and the next read subscribes anew', async () => {
  await using scripted = await startScriptedHome();
  scripted.answer = ({ type }) => (type === 'subscribe_entities' ? null : undefined);
  await using home = linkTo(scripted.url);
  await home.ready();
  const states = createMirroredStates(home, 500);
  await expect(states.read()).rejects.toMatchObject({ code: 'CONNECTION_TIMEOUT' });
  scripted.answer = ({ id, type }, socket) => {
    if (type !== 'subscribe_entities') return undefined;
    socket.send(JSON.stringify({ id, type: 'event', event: PICTURE }));
    return null;
  };
  await expect(states.read()).resolves.toHaveProperty('size', 1);
});

test('who waits for the first picture while the line breaks gets the one that follows', async () => {
  await using scripted = await startScriptedHome();
  const { promise: subscribed, resolve: onSubscribed } = Promise.withResolvers<void>();
  let isFirst = true;
  scripted.answer = ({ id, type }, socket) => {
    if (type !== 'subscribe_entities') return undefined;
    if (!isFirst) socket.send(JSON.stringify({ id, type: 'event', event: PICTURE }));
    else onSubscribed();
    isFirst = false;
    return null;
  };
  await using home = linkTo(scripted.url);
  const states = createMirroredStates(home);
  const reading = states.read();
  await subscribed;
  // The home's answer to the subscription has arrived once a later command is answered.
  await home.send({ type: 'get_config' });
  scripted.cut();
  await expect(reading).resolves.toHaveProperty('size', 1);
});
