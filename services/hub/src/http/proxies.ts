import { isIP } from 'node:net';

const NAMED_RANGES = new Set(['loopback', 'linklocal', 'uniquelocal']);

/**
 * Reads TRUSTED_PROXIES ("10.0.0.0/8, ::1, loopback") into Fastify's `trustProxy`: only a request that comes from one of
 * these addresses may name another client address, host or protocol in its X-Forwarded-* headers. Empty trusts nobody.
 * @throws Error naming the entry that is neither an address, a range nor loopback, linklocal, uniquelocal
 */
export function trustedProxies(text: string): false | string[] {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  for (const entry of entries) {
    if (!NAMED_RANGES.has(entry) && !isRange(entry)) {
      throw new Error(`TRUSTED_PROXIES: "${entry}" is not an address or a range such as 10.0.0.0/8`);
    }
  }
  return entries.length > 0 ? entries : false;
}

function isRange(entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
