import { expect, test } from 'vitest';
import { createDirectHome } from './direct.ts';
import { startScriptedHome } from './testing/scripted-home.ts';
import { readTimeZone } from './time-zone.ts';

const config = { state: 'RUNNING', components: [], location_name: '' };

test.each([
  ['Europe/Amsterdam', 'Europe/Amsterdam'],
  ['UTC', 'UTC'],
  ['Mars/Olympus', undefined],
  [undefined, undefined],
])('a home at %s goes by %s', async (time_zone, told) => {
  await using scripted = await startScriptedHome();
  scripted.answer = ({ type }) => (type === 'get_config' ? { ...config, time_zone } : {});
  const home = createDirectHome({ id: 'h', url: scripted.url, token: 't', allowPrivateAddresses: true });
  await using _open = { [Symbol.asyncDispose]: () => home.close() };
  await home.ready();
  expect(await readTimeZone(home)).toBe(told);
});

test('a clock that is changed under an open link is seen', async () => {
  await using scripted = await startScriptedHome();
  let time_zone = 'UTC';
  scripted.answer = ({ type }) => (type === 'get_config' ? { ...config, time_zone } : {});
  const home = createDirectHome({ id: 'h', url: scripted.url, token: 't', allowPrivateAddresses: true });
  await using _open = { [Symbol.asyncDispose]: () => home.close() };
  await home.ready();
  time_zone = 'Asia/Tokyo';
  expect(await readTimeZone(home)).toBe('Asia/Tokyo');
});
