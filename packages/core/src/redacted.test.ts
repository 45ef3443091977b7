import { expect, it } from 'vitest';
import { findSentinel, REDACTED, redactUrls } from './redacted.ts';

it.each([
  [{ password: REDACTED }, 'password'],
  [{ auth: { password: '**REDACTED**' } }, 'auth.password'],
  [{ keys: ['a', '[REDACTED]'] }, 'keys.1'],
  [{ url: redactUrls('mysql://me:hunter2@db/home') }, 'url'],
  [{ password: '*****' }, 'password'],
  [{ password: 'hunter2', note: 'a * b ** c', count: 3, none: null }, undefined],
])('finds what stands in place of a secret in %j', (value, path) => {
  expect(findSentinel(value)).toBe(path);
});

it('takes passwords out of URLs and leaves the rest', () => {
  const given = { list: ['mysql://me:hunter2@db/home', 'https://example.org/a:b'], port: 1 };
  expect(redactUrls(given)).toEqual({ list: ['mysql://me:<redacted>@db/home', 'https://example.org/a:b'], port: 1 });
});
