import { describe, expect, test } from 'vitest';
import { parseHomeUrl, resolveChecked } from './address.ts';

describe('addresses of homes', () => {
  test.each([
    'ftp://x',
    'http://user:pw@x',
    'http://x/#a',
    'http://x/?a=1',
    'http://x/path',
    'javascript:alert(1)',
    'x',
  ])('%s is refused', (url) => {
    expect(() => parseHomeUrl(url)).toThrowError(expect.objectContaining({ code: 'ADDRESS_NOT_ALLOWED' }));
  });

  test.each([
    '10.0.0.1',
    '192.168.1.5',
    '172.16.0.1',
    '127.0.0.1',
    '100.64.0.1',
    '[::1]',
    '[fd00::1]',
    '[::ffff:10.0.0.1]',
    'localhost',
  ])('%s only where private addresses are allowed', async (host) => {
    await expect(resolveChecked(host, { allowPrivate: false })).rejects.toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' });
    expect((await resolveChecked(host, { allowPrivate: true })).length).toBeGreaterThan(0);
  });

  test.each([
    '169.254.169.254',
    '0.0.0.0',
    '224.0.0.1',
    '198.18.0.1',
    '192.0.0.8',
    '255.255.255.255',
    '[fe80::1]',
    '[::]',
    '[64:ff9b::a00:1]',
    '[2002:a00:1::]',
    '[::ffff:169.254.169.254]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '168.63.129.16',
    '[::a00:1]',
    '[4000::1]',
  ])('%s never', async (host) => {
    await expect(resolveChecked(host, { allowPrivate: true })).rejects.toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' });
  });

  test('a refused range is named in words', async () => {
    await expect(resolveChecked('169.254.1.1', { allowPrivate: true })).rejects.toThrow('lies in a link local range');
  });

  test('a public address passes', async () => {
    expect(await resolveChecked('8.8.8.8', { allowPrivate: false })).toEqual(['8.8.8.8']);
  });
});
