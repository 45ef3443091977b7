import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { counted } from '@hub/core/counted.ts';
import { broken, type Finding, ok, warn } from './finding.ts';

const CONNECT_MS = 10_000;
const DAY_MS = 86_400_000;
/** What renews by itself (Let's Encrypt: 30 days before the end) has had its chance by then. */
const SOON_DAYS = 14;

/** Is the certificate behind an https address valid for its name, and for how long? */
export async function checkCertificate(url: URL): Promise<readonly Finding[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port) || 443;
  // Nothing is sent: the handshake alone is looked at, and a bad certificate is what is to be described.
  const socket = connect({ host, port, ...(isIP(host) ? {} : { servername: host }), rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(CONNECT_MS) });
    const { valid_to: validTo, issuer } = socket.getPeerCertificate();
    const days = Math.floor((Date.parse(validTo) - Date.now()) / DAY_MS);
    if (!socket.authorized) {
      return [
        broken(
          'public',
          `Its certificate is not trusted (${String(socket.authorizationError)}).`,
          days < 0 ? 'Renew it.' : 'Use one of a public authority, with its whole chain, for this very name.',
        ),
      ];
    }
    const facts = `Its certificate (${String(issuer.O ?? issuer.CN)}) is valid for ${counted(days, 'day')}`;
    return days < SOON_DAYS ? [warn('public', `${facts} only.`, 'Renew it.')] : [ok('public', `${facts}.`)];
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'no answer in 10 s';
    return [broken('public', `No TLS at ${host}:${port} (${reason}).`, 'Check the proxy, its port and the firewall.')];
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}
