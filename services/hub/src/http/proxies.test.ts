import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { trustedProxies } from './proxies.ts';

describe('trustedProxies', () => {
  it('reads addresses, ranges and named ranges', () => {
    expect(trustedProxies(' 10.0.0.0/8, ::1  loopback')).toEqual(['10.0.0.0/8', '::1', 'loopback']);
    expect(trustedProxies('')).toBe(false);
  });

  it('names the entry it does not understand', () => {
    for (const text of ['10.0.0.0/33', 'nginx', '10.0.0.1/8/8', '10.0.0'])
      expect(() => trustedProxies(text)).toThrow(`"${text}"`);
  });

  it('makes Fastify believe X-Forwarded-For only from a trusted proxy', async () => {
    const clientOf = async (setting: string, remoteAddress: string) => {
      const app = Fastify({ trustProxy: trustedProxies(setting) });
      app.get('/', (request) => request.ip);
      const answer = await app.inject({ url: '/', remoteAddress, headers: { 'x-forwarded-for': '203.0.113.9' } });
      return answer.body;
    };
    expect(await clientOf('10.0.0.0/8', '10.1.2.3')).toBe('203.0.113.9');
    expect(await clientOf('10.0.0.0/8', '192.0.2.1')).toBe('192.0.2.1');
    expect(await clientOf('', '10.1.2.3')).toBe('10.1.2.3');
  });
});
