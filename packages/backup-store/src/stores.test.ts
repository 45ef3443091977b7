import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import S3rver from 's3rver';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createFolderStore } from './folder-store.ts';
import { createS3Store, type S3Options } from './s3-store.ts';
import type { BackupStore } from './store.ts';

/** The least that a bucket takes for a part, so that a small object has several. */
const PART = 5 * 1024 * 1024;
let folder: string;
let server: S3rver;
let bucket: S3Options;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hub-store-'));
  server = new S3rver({
    ...{ port: 0, address: '127.0.0.1', silent: true, directory: join(folder, 'buckets') },
    configureBuckets: [{ name: 'kept', configs: [] }],
  });
  const { port } = await server.run();
  bucket = {
    ...{ bucket: 'kept', prefix: 'homes/of us', endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1' },
    ...{ accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER', sessionToken: undefined, partBytes: PART },
  };
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

const STORES: readonly (readonly [string, () => BackupStore])[] = [
  ['a folder', () => createFolderStore(join(folder, 'files'))],
  ['a bucket', () => createS3Store(bucket)],
];

async function* pieces(bytes: Buffer, size = 300_000) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
async function* breaking(bytes: Buffer) {
  yield bytes;
  throw new Error('the home went away');
}

describe.each(STORES)('%s', (_title, open) => {
  test.each([0, 1, PART, 2 * PART + 7])('gives %i bytes back as they were put', async (size) => {
    const store = open();
    const bytes = randomBytes(size);
    await store.put(`a/b/${size}.hubbackup`, pieces(bytes));
    expect((await buffer(await store.read(`a/b/${size}.hubbackup`))).equals(bytes)).toBe(true);
  });

  test('an object put again is the newer one', async () => {
    const store = open();
    await store.put('again', pieces(randomBytes(1000)));
    await store.put('again', pieces(Buffer.from('newer')));
    expect((await buffer(await store.read('again'))).toString()).toBe('newer');
  });

  test.each([10, 2 * PART + 7])('one whose source breaks off after %i bytes never appears', async (size) => {
    const store = open();
    await expect(store.put('half', breaking(randomBytes(size)))).rejects.toThrow('the home went away');
    await expect(store.read('half')).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });

  test('of two that put the same object at once, one leaves it whole', async () => {
    const store = open();
    const [begun, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    async function* slow() {
      yield Buffer.from('one ');
      begun.resolve();
      await over.promise;
      yield Buffer.from('of the slow');
    }
    const putting = store.put('both', slow());
    await begun.promise;
    await store.put('both', pieces(Buffer.from('the quick one')));
    over.resolve();
    // A folder lets the later one win, a bucket the one that ends last.
    await putting.catch(() => undefined);
    expect(['one of the slow', 'the quick one']).toContain((await buffer(await store.read('both'))).toString());
  });

  test('removes, and removes what is gone already', async () => {
    const store = open();
    await store.put('short', pieces(Buffer.from('x')));
    await store.remove('short');
    await store.remove('short');
    await expect(store.read('short')).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});

test('what is in a folder is for the hub alone', async () => {
  const store = createFolderStore(join(folder, 'private'));
  await store.put('x/y', pieces(Buffer.from('z')));
  expect((await stat(join(folder, 'private/x/y'))).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'private/x'))).mode & 0o777).toBe(0o700);
  expect(await readdir(join(folder, 'private/x'))).toEqual(['y']);
});

test('a part has the longer the larger it is, as at a home with a slow line', async () => {
  const slow = createServer((request, response) => {
    // Time goes by on the line, while the request is under way.
    request.resume().on('end', () => setTimeout(() => response.end(), 300));
  });
  await new Promise<void>((resolve) => void slow.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
  const store = createS3Store({ ...bucket, endpoint, answerMs: 100 });
  await expect(store.put('small', pieces(Buffer.from('x')))).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  await store.put('large', pieces(randomBytes(1024 * 1024)));
  slow.close();
});

test('a bucket that refuses the keys says so, and the fault tells none of them', async () => {
  const store = createS3Store({ ...bucket, accessKeyId: 'UNKNOWN', secretAccessKey: 'another' });
  const refused = await store.put('x', pieces(Buffer.from('y'))).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'CONNECTION_FAILED', message: expect.stringContaining('403') });
  expect(JSON.stringify(refused)).not.toContain('another');
});
