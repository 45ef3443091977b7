import { describe, expect, test } from 'vitest';
import { mayHoldSecrets, redact } from './redact.ts';

const TOKEN = 'a1b2c3d4e5f60718'.repeat(4);

describe('secrets in results', () => {
  test.each([
    ['a value under a telling key', { access_token: 'abc', state: 'on' }, { access_token: '<redacted>', state: 'on' }],
    ['a key an integration is set up with', { noise_psk: 'abc' }, { noise_psk: '<redacted>' }],
    ['a token a template listed without its key', { result: [TOKEN] }, { result: ['<redacted>'] }],
    ['a token inside a text', { log: `used ${TOKEN}.` }, { log: 'used <redacted>.' }],
    ['a connector URL', { text: 'see /private_0123456789abcdefgh' }, { text: 'see /private_<redacted>' }],
    ['a password in a URL', { url: 'rtsp://me:pa55@cam/1' }, { url: 'rtsp://<redacted>@cam/1' }],
    ['a Bearer value', { log: 'sent Bearer abcdef.123456' }, { log: 'sent Bearer <redacted>' }],
    ['a JWT', { log: 'got eyJhbGciOi.eyJzdWIi.c2ln' }, { log: 'got <redacted>' }],
    ['a JWT behind a name', { log: 'id-eyJhbGciOi.eyJzdWIi.c2ln' }, { log: 'id-<redacted>' }],
    [
      'a key of a radio',
      { noise_psk: 'abc=', network_key: 'x' },
      { noise_psk: '<redacted>', network_key: '<redacted>' },
    ],
    ['a token in a query', { picture: '/api/x?token=abc&w=1' }, { picture: '/api/x?token=<redacted>&w=1' }],
  ])('%s goes', (_title, given, wanted) => {
    expect(mayHoldSecrets(JSON.stringify(given))).toBe(true);
    expect(redact(given)).toEqual(wanted);
  });

  test.each([
    ['ids of devices and entries', { device_id: 'a1b2c3d4e5f60718a1b2c3d4e5f60718' }],
    ['a template under a telling key', { password: '{{ states(1) }}' }],
    ['a name in secrets.yaml', { token: '!secret my_token' }],
    ['a flag', { token: true }],
    ['a count', { max_tokens: 200 }],
    ['long rows of digits, but not long enough', { state: 'f'.repeat(59) }],
  ])('%s stay', (_title, given) => {
    expect(redact(given)).toEqual(given);
  });

  test('a token is seen wherever in a text it begins', () => {
    for (let before = 0; before < 130; before++) {
      expect(mayHoldSecrets(`${'.'.repeat(before)}${'a'.repeat(60)}.`)).toBe(true);
      expect(mayHoldSecrets(`${'.'.repeat(before)}${'a'.repeat(59)}.`)).toBe(false);
    }
  });

  test.each([
    ...'ACCESS_TOKEN passwd passphrase Client_Secret apikey api_key encryption_key networkkey noise_psk'.split(' '),
    ...'Authorization set-cookie webhook_id cloudhook_url PrivateKey eyJhbGci /private_01234567 ?authSig=a'.split(' '),
    ...['&signature=a', ';code=a', 'BEARER a', 'Basic a', '://a:b@c'],
  ])('%s makes a text worth a walk', (text) => {
    expect(mayHoldSecrets(`"${text}"`)).toBe(true);
  });
});
