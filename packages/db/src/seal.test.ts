import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { SealBroken, seal, sealedKeyNumber, unseal } from './seal.ts';

const key = randomBytes(32);

test('what is sealed opens again, and names its key', () => {
  const sealed = seal(key, 7, 'home 1', Buffer.from('token'));
  expect(unseal(key, 'home 1', sealed).toString()).toBe('token');
  expect(sealedKeyNumber(sealed)).toBe(7);
  expect(sealed.includes('token')).toBe(false);
});

test('another place, another key, another key number and altered bytes are refused', () => {
  const sealed = seal(key, 1, 'home 1', Buffer.from('token'));
  expect(() => unseal(key, 'home 2', sealed)).toThrow(SealBroken);
  expect(() => unseal(randomBytes(32), 'home 1', sealed)).toThrow(SealBroken);
  for (let index = 0; index < sealed.length; index += 1) {
    const altered = Buffer.from(sealed);
    altered.writeUInt8(altered.readUInt8(index) ^ 1, index);
    expect(() => unseal(key, 'home 1', altered)).toThrow(SealBroken);
  }
  expect(() => unseal(key, 'home 1', sealed.subarray(0, 20))).toThrow(SealBroken);
});

test('the same text twice is sealed differently', () => {
  const twice = [1, 2].map(() => seal(key, 1, 'x', Buffer.from('token')).toString('hex'));
  expect(new Set(twice).size).toBe(2);
});
