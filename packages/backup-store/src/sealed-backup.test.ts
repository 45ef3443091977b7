import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { openBackup, sealBackup } from './sealed-backup.ts';
import { BackupBroken } from './store-faults.ts';

const KEY = randomBytes(32);
const ID = '019a0000-0000-7000-8000-00000abc1234';
const MIB = 1024 * 1024;
const PIECE = MIB + 16;

async function* chunks(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const seal = (plain: Buffer, chunk = 100_000) => buffer(Readable.from(sealBackup(KEY, ID, chunks(plain, chunk))));
const open = (sealed: Buffer, key = KEY, id = ID) => buffer(Readable.from(openBackup(key, id, chunks(sealed, 70_001))));

describe('a sealed backup', () => {
  test.each([0, 1, MIB - 1, MIB, MIB + 1, 3 * MIB])('of %i bytes opens to what it was', async (size) => {
    const plain = randomBytes(size);
    const sealed = await seal(plain);
    expect((await open(sealed)).equals(plain)).toBe(true);
    expect(sealed.length).toBe(60 + size + 16 * Math.max(1, Math.ceil(size / MIB)));
  });

  test('opens with no other key and as no other backup', async () => {
    const sealed = await seal(randomBytes(1000));
    await expect(open(sealed, randomBytes(32))).rejects.toThrow(BackupBroken);
    await expect(open(sealed, KEY, ID.replace('1234', '1235'))).rejects.toThrow(BackupBroken);
  });

  test('cut anywhere does not open, not even between two pieces', async () => {
    const sealed = await seal(randomBytes(3 * MIB));
    const cuts = [0, 30, 60, 61, 60 + PIECE, 60 + 2 * PIECE, 60 + 2 * PIECE + 5, sealed.length - 1];
    for (const cut of cuts) await expect(open(sealed.subarray(0, cut)), `${cut}`).rejects.toThrow(BackupBroken);
  });

  test('with a flipped bit, a piece twice or two exchanged does not open', async () => {
    const sealed = await seal(randomBytes(3 * MIB));
    for (const at of [0, 9, 20, 40, 60, 60 + PIECE - 1, sealed.length - 1]) {
      const flipped = Buffer.from(sealed);
      flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
      await expect(open(flipped), `${at}`).rejects.toThrow(BackupBroken);
    }
    const [head, a, b, c] = [
      sealed.subarray(0, 60),
      sealed.subarray(60, 60 + PIECE),
      sealed.subarray(60 + PIECE, 60 + 2 * PIECE),
      sealed.subarray(60 + 2 * PIECE),
    ];
    await expect(open(Buffer.concat([head, b, a, c]))).rejects.toThrow(BackupBroken);
    await expect(open(Buffer.concat([head, a, a, b, c]))).rejects.toThrow(BackupBroken);
    await expect(open(Buffer.concat([sealed, c]))).rejects.toThrow(BackupBroken);
  });
});
