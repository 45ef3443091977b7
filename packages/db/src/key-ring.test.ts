import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { loadOrCreateKeyFile } from './key-file.ts';
import { newKeyRing, parseKeyRing } from './key-ring.ts';

test('the highest number is the newest key, whatever the order', () => {
  const ring = parseKeyRing(`2:${Buffer.alloc(32, 2).toString('base64')},1:${Buffer.alloc(32, 1).toString('base64')}`);
  expect(ring).toMatchObject({ ids: [1, 2], usedId: 2 });
  expect(ring.child('a')).toEqual(ring.child('a', 2));
  expect(ring.child('a')).not.toEqual(ring.child('a', 1));
  expect(ring.child('a')).not.toEqual(ring.child('b'));
});

test.each(['', '1:short', 'abc', `0:${Buffer.alloc(32).toString('base64')}`, `${newKeyRing()},${newKeyRing()}`])(
  'a ring that cannot be read is refused without being repeated (%#)',
  (text) => {
    const refused = expect.objectContaining({ code: 'VALIDATION_INVALID_PARAMETER' });
    expect(() => parseKeyRing(text)).toThrow(refused);
    if (text.length > 3) expect(() => parseKeyRing(text)).not.toThrow(text);
  },
);

test('a ring shows none of its keys when it is logged', () => {
  const text = newKeyRing();
  const key = text.slice(2);
  expect(
    inspect(parseKeyRing(text), { depth: 9, showHidden: true }) + JSON.stringify(parseKeyRing(text)),
  ).not.toContain(key);
});

test('the key file is made once, for its owner alone', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'hub-keys-'));
  const made = await loadOrCreateKeyFile(dataDir);
  const again = await loadOrCreateKeyFile(dataDir);
  expect(again.child('x')).toEqual(made.child('x'));
  expect((await stat(join(dataDir, 'keys'))).mode & 0o777).toBe(0o600);
  expect(parseKeyRing(await readFile(join(dataDir, 'keys'), 'utf8')).child('x')).toEqual(made.child('x'));
  await rm(dataDir, { recursive: true });
});
