import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Fault } from '@hub/core/fault.ts';
import ipaddr from 'ipaddr.js';

/** Ranges of a household's or company's own network; everything else that is not public is refused always. */
const PRIVATE_RANGES = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat']);

/** Where clouds hand out credentials to whatever asks from inside, besides link-local 169.254.169.254. */
const METADATA = new Set(['100.100.100.200', '168.63.129.16', 'fd00:ec2::253', 'fd00:ec2::254', 'fd20:ce::254']);

const GLOBAL = ipaddr.IPv6.parseCIDR('2000::/3');

export interface AddressPolicy {
  /** True where the hub stands in the same network as its homes. */
  readonly allowPrivate: boolean;
}

/** The root of a home, e.g. `https://home.example:8123`. @throws Fault ADDRESS_NOT_ALLOWED for anything but a plain http(s) root */
export function parseHomeUrl(text: string): URL {
  const refuse = (why: string) =>
    new Fault('ADDRESS_NOT_ALLOWED', `This home address ${why}.`, {
      suggestion: 'Give the address people open in a browser, e.g. https://home.example:8123',
    });
  if (!URL.canParse(text)) throw refuse('is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refuse('is neither http nor https');
  if (url.username !== '' || url.password !== '') throw refuse('carries a user name or password');
  if (url.hash !== '' || url.search !== '') throw refuse('carries a query or fragment');
  url.pathname = url.pathname.replace(/\/+$/, '');
  if (url.pathname !== '/' && url.pathname !== '') throw refuse('has a path; Home Assistant is served from the root');
  return url;
}

/**
 * Every address behind the host, each checked; asked anew for every connection, so a name that starts to point inside is refused.
 * @throws Fault ADDRESS_NOT_ALLOWED when one of them lies in a range this hub may not dial, CONNECTION_FAILED when the name is unknown
 */
export async function resolveChecked(hostname: string, policy: AddressPolicy): Promise<string[]> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [host] : await resolveAll(host);
  for (const address of addresses) {
    const range = rangeOf(address);
    if (range === 'unicast' || (policy.allowPrivate && PRIVATE_RANGES.has(range))) continue;
    throw new Fault(
      'ADDRESS_NOT_ALLOWED',
      `The address lies in a ${inWords(range)} range, which this hub does not dial.`,
      {
        suggestion: PRIVATE_RANGES.has(range)
          ? 'Use an address reachable from the internet, or let the operator allow private addresses (ALLOW_PRIVATE_ADDRESSES=true).'
          : 'Nothing is ever dialled there. Of a home, give the address under which people open it.',
      },
    );
  }
  return addresses;
}

async function resolveAll(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
  } catch (cause) {
    throw new Fault('CONNECTION_FAILED', `The host name ${host} is not known.`, {
      suggestion: 'Check its spelling, and the name service where the hub runs.',
      cause,
    });
  }
}

/** `linkLocal` → link local. */
function inWords(range: string): string {
  return range.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** IPv4 inside IPv6 is judged as the IPv4 it is; of IPv6, only 2000::/3 is public, whatever else nobody has named yet. */
function rangeOf(address: string): string {
  const parsed = ipaddr.process(address.split('%')[0] ?? address);
  if (METADATA.has(parsed.toString())) return 'cloud metadata';
  const range = parsed.range();
  const isOutside = parsed instanceof ipaddr.IPv6 && range === 'unicast' && !parsed.match(GLOBAL);
  return isOutside ? 'reserved' : range;
}
