import { expect, test } from 'vitest';
import { argsDigest, argsSummary } from './args-summary.ts';

const unlock = (code: string) => ({
  domain: 'lock',
  service: 'unlock',
  data: { code },
  rows: [{ parameters: { user_code: Number(code) } }],
});

test('the code of a door is neither in the summary nor to be guessed from the digest', () => {
  expect(JSON.stringify(argsSummary(unlock('1234')))).not.toContain('1234');
  expect(argsDigest(unlock('1234'))).toBe(argsDigest(unlock('4321')));
});

test('neither are the keys that devices join a radio network with', () => {
  const params = { qr_code_string: '900132782003515253545541424344453132333435', dsk: '11111-22222', tlv: '0e08ab' };
  const summary = JSON.stringify(argsSummary({ radio: 'zwave', action: 'add', params }));
  for (const secret of Object.values(params)) expect(summary).not.toContain(secret);
});

test('other arguments tell calls apart', () => {
  expect(argsSummary({ entity_id: 'light.a' })).toEqual({ entity_id: 'light.a' });
  expect(argsDigest({ entity_id: 'light.a' })).not.toBe(argsDigest({ entity_id: 'light.b' }));
});
