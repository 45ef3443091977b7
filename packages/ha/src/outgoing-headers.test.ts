import { expect, test } from 'vitest';
import { callerHeaders, doorHeaders } from './outgoing-headers.ts';

test.each([
  ['X-Forwarded-For'],
  ['x-forwarded-proto'],
  ['Forwarded'],
  ['X-Real-IP'],
  ['Host'],
  ['Authorization'],
  ['Connection'],
  ['Proxy-Authorization'],
  ['Content-Length'],
  ['bad name'],
])('%s is not a header a home record may set', (name) => {
  expect(() => doorHeaders({ [name]: 'x' })).toThrow(expect.objectContaining({ code: 'VALIDATION_INVALID_PARAMETER' }));
});

test('a value cannot smuggle a second header in', () => {
  expect(() => doorHeaders({ 'CF-Access-Client-Id': 'a\r\nX-Forwarded-For: 1.2.3.4' })).toThrow();
});

test('five headers pass, six do not', () => {
  const some = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`X-Door-${n}`, 'x']));
  expect(Object.keys(doorHeaders(some(5)))).toHaveLength(5);
  expect(() => doorHeaders(some(6))).toThrow();
});

test('a caller can add headers to a request, but not our credential or a forwarded address', () => {
  expect(callerHeaders({ accept: 'text/plain', authorization: 'Bearer x', 'x-forwarded-for': '1.2.3.4' })).toEqual({
    accept: 'text/plain',
  });
});
