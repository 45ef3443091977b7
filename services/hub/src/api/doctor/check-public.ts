import { lookup } from 'node:dns/promises';
import { BlockList, isIPv6 } from 'node:net';
import type { Deps } from '../../deps.ts';
import { readDefaultSecret } from '../../welcome/default-connector.ts';
import { checkCertificate } from './check-certificate.ts';
import { checkConnectorUrl, checkWrongSecret } from './check-public-endpoint.ts';
import { broken, type Finding, ok, warn } from './finding.ts';

/** Asks each PUBLIC_URL as an AI service would; from this machine, so that a firewall may still treat others differently. */
export async function checkPublic({ config }: Deps): Promise<readonly Finding[]> {
  if (config.publicUrls.length === 0) {
    return [
      warn(
        'public',
        'PUBLIC_URL is not set: AI services on the internet cannot reach this hub, programs on this machine can.',
        'Put a proxy with TLS in front, then start the hub with PUBLIC_URL=https://…',
      ),
    ];
  }
  const secret = await readDefaultSecret(config);
  const checks = config.publicUrls.map(async (base) =>
    (await checkOne(base, secret)).map((one) => ({ ...one, subject: base })),
  );
  return (await Promise.all(checks)).flat();
}

async function checkOne(base: string, secret: string | undefined): Promise<readonly Finding[]> {
  const url = new URL(base);
  const name = await checkName(url.hostname);
  if (name.some(({ level }) => level === 'broken')) return name;
  const certificate =
    url.protocol === 'https:'
      ? await checkCertificate(url)
      : [
          broken(
            'public',
            'It is plain http: AI services ask https alone.',
            'Put TLS in front, and set PUBLIC_URL=https://…',
          ),
        ];
  const wrong = await checkWrongSecret(base);
  // Without a hub behind it there is nothing more to learn.
  if (wrong.some(({ level }) => level === 'broken')) return [...name, ...certificate, ...wrong];
  const endpoint =
    secret === undefined
      ? [
          warn(
            'public',
            'A connector was not tried: its secret is known only to a hub with the embedded database.',
            'Try one by hand: open its URL in a browser; a page explains it.',
          ),
        ]
      : await checkConnectorUrl(`${base}/private_${secret}`);
  return [...name, ...certificate, ...wrong, ...endpoint];
}

async function checkName(hostname: string): Promise<readonly Finding[]> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const found = await lookup(host, { all: true }).catch(() => []);
  if (found.length === 0) {
    return [broken('public', `The name ${host} is not known.`, 'Make a DNS record for it, or correct PUBLIC_URL.')];
  }
  const addresses = found.map(({ address }) => address);
  const inside = addresses.filter((address) => isPrivate(address));
  const list = addresses.join(', ');
  if (inside.length < addresses.length) return [ok('public', `${host} leads to ${list}.`)];
  return [
    warn(
      'public',
      `${host} leads to ${list} here, an address of this network.`,
      'Fine when only this machine sees it so (split DNS); AI services need a public address.',
    ),
  ];
}

const PRIVATE = new BlockList();
for (const [net, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv4');
}
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');
PRIVATE.addAddress('::1', 'ipv6');

function isPrivate(address: string): boolean {
  return PRIVATE.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
