import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCertificateExpiry } from '@hub/ha/dial.ts';
import { createDirectHome, type DirectHomeOptions } from '@hub/ha/direct.ts';
import type { Home } from '@hub/ha/home.ts';
import { itReal } from '@hub/real-home/describe-real.ts';
import { isRealRequired } from '@hub/real-home/launch.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Certificates, keyPin, makeCertificates } from './certificates.ts';
import { findNginx, type NginxDoor, startNginxDoor } from './nginx-door.ts';

const nginx = await findNginx();
if (nginx === undefined && isRealRequired()) throw new Error('REQUIRE_REAL=1 and no nginx');

const HEADER = { name: 'CF-Access-Client-Id', value: 'a1b2.access' };

describe.skipIf(nginx === undefined)('a home behind an nginx that demands a client certificate', () => {
  const opened: Home[] = [];
  let dir: string;
  let certificates: Certificates;
  let simulated: Awaited<ReturnType<typeof startSimulatedHome>>;
  let door: NginxDoor;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hub-tls-'));
    certificates = await makeCertificates(dir);
    simulated = await startSimulatedHome();
    door = await startNginxDoor(nginx ?? '', dir, simulated.url, HEADER);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((home) => home.close()));
  });
  afterAll(async () => {
    await door[Symbol.asyncDispose]();
    await simulated.close();
    await rm(dir, { recursive: true });
  });

  function link(options: Partial<DirectHomeOptions>): Home {
    const home = createDirectHome({
      id: 'home',
      url: door.url,
      token: simulated.token,
      allowPrivateAddresses: true,
      ...options,
    });
    opened.push(home);
    return home;
  }
  const ourCertificate = () => ({
    clientCertificate: certificates.client.certificate,
    clientKey: certificates.client.key,
  });
  const trusted = () => ({ ...ourCertificate(), extraCa: certificates.authority.certificate });

  /** Commands over the WebSocket and answers over REST both pass. */
  async function expectLinked(home: Home): Promise<void> {
    await expect(home.send({ type: 'get_config' })).resolves.toMatchObject({ state: 'RUNNING' });
    const response = await home.rest({ method: 'GET', path: '/api/config' });
    response.body.resume();
    expect(response.status).toBe(200);
  }
  async function expectRefused(home: Home): Promise<void> {
    await expect(home.ready()).rejects.toMatchObject({ name: 'Fault', code: 'CONNECTION_FAILED' });
    await expect(home.rest({ method: 'GET', path: '/api/config' })).rejects.toMatchObject({ name: 'Fault' });
    expect(simulated.connections()).toBe(0);
  }

  it('links with the right client certificate and the extra authority', () => expectLinked(link(trusted())));

  it('refuses the server when neither its authority nor its key is known', () => expectRefused(link(ourCertificate())));

  it('is not let in without a client certificate', async () => {
    await expect(link({ extraCa: certificates.authority.certificate }).ready()).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
    });
    expect(simulated.connections()).toBe(0);
  });

  it('is not let in with a certificate of another authority', async () => {
    const { certificate, key } = certificates.stranger;
    const home = link({ ...trusted(), clientCertificate: certificate, clientKey: key });
    await expect(home.ready()).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(simulated.connections()).toBe(0);
  });

  it('links by the pinned key alone, whoever signed the certificate', () =>
    expectLinked(link({ ...ourCertificate(), pinnedKey: keyPin(certificates.server.certificate) })));

  it('tells until when the certificate of the home is good', async () => {
    const target = { url: new URL(door.url), policy: { allowPrivate: true }, ...trusted() };
    const { validToDate } = new X509Certificate(certificates.server.certificate);
    expect(await readCertificateExpiry(target)).toEqual(validToDate);
  });

  it('refuses another key than the pinned one, even under a trusted authority', () =>
    expectRefused(link({ ...trusted(), pinnedKey: keyPin(certificates.stranger.certificate) })));

  it('sends the extra headers with every request, the WebSocket handshake included', () =>
    expectLinked(link({ ...trusted(), url: door.headerUrl, headers: { [HEADER.name]: HEADER.value } })));

  it('does not get past a door whose header it lacks', async () => {
    await expect(link({ ...trusted(), url: door.headerUrl }).ready()).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
    });
    expect(simulated.connections()).toBe(0);
  });

  itReal('reads a real home through it', async ({ home: real }) => {
    const own = await mkdtemp(join(tmpdir(), 'hub-tls-'));
    const theirs = await makeCertificates(own);
    await using realDoor = await startNginxDoor(nginx ?? '', own, real.url, HEADER);
    const home = link({
      url: realDoor.url,
      token: real.token,
      clientCertificate: theirs.client.certificate,
      clientKey: theirs.client.key,
      extraCa: theirs.authority.certificate,
    });
    await expectLinked(home);
    expect(home.info).toMatchObject({ state: 'running', isAdmin: true });
    await rm(own, { recursive: true });
  });
});
