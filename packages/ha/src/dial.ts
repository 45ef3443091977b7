import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, rootCertificates, TLSSocket } from 'node:tls';
import { Fault } from '@hub/core/fault.ts';
import { type AddressPolicy, resolveChecked } from './address.ts';

/** How a home proves who it is and how we prove who we are, below the token. */
export interface TransportSecurity {
  /** PEM. */
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
  /** PEM of a private certificate authority, trusted besides the public ones. */
  readonly extraCa?: string | undefined;
  /** SHA-256 of the certificate's public key (SPKI), base64: exactly this key is accepted, whoever signed it. */
  readonly pinnedKey?: string | undefined;
}

export interface DialTarget extends TransportSecurity {
  readonly url: URL;
  readonly policy: AddressPolicy;
}

const CONNECT_MS = 10_000;

/** An open, verified connection to a home. @throws Fault ADDRESS_NOT_ALLOWED | CONNECTION_FAILED | CONNECTION_TIMEOUT (10 s) */
export async function dial(target: DialTarget): Promise<Socket> {
  const { url } = target;
  const isTls = url.protocol === 'https:';
  const addresses = await resolveChecked(url.hostname, target.policy);
  const port = Number(url.port) || (isTls ? 443 : 80);
  let failure: unknown;
  for (const host of addresses) {
    try {
      const socket = await opened(
        connectTcp({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }),
        'connect',
      );
      return isTls ? await secure(socket, target) : socket;
    } catch (error) {
      failure = error;
    }
  }
  throw asConnectionFault(failure, url);
}

/** When the certificate that a home shows runs out; undefined without TLS. @throws Fault as `dial` */
export async function readCertificateExpiry(target: DialTarget): Promise<Date | undefined> {
  if (target.url.protocol !== 'https:') return undefined;
  const socket = await dial(target);
  try {
    const { valid_to: end } = socket instanceof TLSSocket ? socket.getPeerCertificate() : { valid_to: undefined };
    const at = new Date(end ?? Number.NaN);
    return Number.isNaN(at.getTime()) ? undefined : at;
  } finally {
    socket.destroy();
  }
}

async function secure(
  socket: Socket,
  { url, clientCertificate, clientKey, extraCa, pinnedKey }: DialTarget,
): Promise<TLSSocket> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const tls = connectTls({
    socket,
    host,
    ...(isIP(host) ? {} : { servername: host }),
    ALPNProtocols: ['http/1.1'],
    ...(clientCertificate === undefined ? {} : { cert: clientCertificate }),
    ...(clientKey === undefined ? {} : { key: clientKey }),
    ...(extraCa === undefined ? {} : { ca: [...rootCertificates, extraCa] }),
    // With a pin the key itself is the proof: it is compared below before a byte of ours is sent.
    rejectUnauthorized: pinnedKey === undefined,
  });
  await opened(tls, 'secureConnect');
  if (pinnedKey !== undefined && !hasKey(tls, pinnedKey)) {
    tls.destroy();
    throw new Fault('CONNECTION_FAILED', 'The home showed a certificate whose key is not the pinned one.', {
      suggestion: 'If its certificate was renewed with a new key, pin that one; if not, somebody stands between.',
    });
  }
  return tls;
}

/** SHA-256 over the SubjectPublicKeyInfo, as in RFC 7469. */
function hasKey(socket: TLSSocket, pinnedKey: string): boolean {
  const { raw } = socket.getPeerCertificate();
  if (!raw) return false;
  const spki = new X509Certificate(raw).publicKey.export({ type: 'spki', format: 'der' });
  const actual = createHash('sha256').update(spki).digest();
  const pinned = Buffer.from(pinnedKey, 'base64');
  return pinned.length === actual.length && timingSafeEqual(pinned, actual);
}

function opened<S extends Socket>(socket: S, event: 'connect' | 'secureConnect'): Promise<S> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    };
    const timer = setTimeout(
      () =>
        fail(
          new Fault('CONNECTION_TIMEOUT', `No connection was taken within ${CONNECT_MS / 1_000} s.`, {
            suggestion: 'Check that it is on and its address and port are right.',
          }),
        ),
      CONNECT_MS,
    );
    socket.once('error', fail);
    socket.once('close', () => fail(new Error('closed while connecting')));
    socket.once(event, () => {
      clearTimeout(timer);
      socket.removeListener('error', fail);
      socket.removeAllListeners('close');
      // From here on the protocol above listens; this one keeps an error in between from ending the process.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

function asConnectionFault(error: unknown, url: URL): Fault {
  if (error instanceof Fault) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isCertificate = /CERT|SIGNATURE|ALTNAME|SSL|TLS/.test(code);
  return new Fault('CONNECTION_FAILED', `No connection to ${url.host}${code ? ` (${code})` : ''}.`, {
    suggestion: isCertificate
      ? 'Its certificate is not trusted: give its certificate authority (extra CA), or pin its key.'
      : 'Check that it runs, and that this hub can reach its address and port.',
    cause: error,
  });
}
