import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

export interface Certificates {
  readonly authority: Pair;
  readonly server: Pair;
  readonly client: Pair;
  /** Signed by nobody the server trusts. */
  readonly stranger: Pair;
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];

/** A private authority and what it signs, as PEM and as files `<name>.pem` and `<name>.key` in `dir`. */
export async function makeCertificates(dir: string): Promise<Certificates> {
  const path = (name: string) => join(dir, name);
  const read = async (name: string): Promise<Pair> => ({
    certificate: await readFile(path(`${name}.pem`), 'utf8'),
    key: await readFile(path(`${name}.key`), 'utf8'),
  });
  const selfSigned = (name: string) =>
    run('openssl', [
      'req',
      '-x509',
      ...EC,
      '-subj',
      `/CN=${name}`,
      '-keyout',
      path(`${name}.key`),
      '-out',
      path(`${name}.pem`),
    ]);
  const signed = async (name: string, extensions: string) => {
    await writeFile(path(`${name}.ext`), extensions);
    await run('openssl', [
      'req',
      ...EC.slice(0, -2),
      '-subj',
      `/CN=${name}`,
      '-keyout',
      path(`${name}.key`),
      '-out',
      path(`${name}.csr`),
    ]);
    await run('openssl', [
      ...[
        'x509',
        '-req',
        '-days',
        '2',
        '-in',
        path(`${name}.csr`),
        '-out',
        path(`${name}.pem`),
        '-extfile',
        path(`${name}.ext`),
      ],
      ...['-CA', path('authority.pem'), '-CAkey', path('authority.key'), '-CAcreateserial'],
    ]);
  };
  await selfSigned('authority');
  await selfSigned('stranger');
  await signed('server', 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  await signed('client', 'extendedKeyUsage=clientAuth\n');
  return {
    authority: await read('authority'),
    server: await read('server'),
    client: await read('client'),
    stranger: await read('stranger'),
  };
}

/** SHA-256 of a certificate's public key, base64: what a home is pinned to. */
export function keyPin(certificate: string): string {
  const spki = new X509Certificate(certificate).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}
