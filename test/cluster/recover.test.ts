import { spawnSync } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newSecret } from '@hub/core/ids.ts';
import { newKeyRing } from '@hub/db/key-ring.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runHere } from '../../services/hub/src/testing/run-cli.ts';
import { callTool } from '../ask-hub.ts';
import { makeDataDir, removeDataDir, steadyPort } from '../start-hub.ts';
import { openClusterAdmin } from './admin.ts';
import { startClusterPostgres } from './postgres.ts';
import { createReplica, type Replica } from './replica.ts';

let dir: string;
let home: SimulatedHome;
beforeAll(async () => {
  [dir, home] = [await makeDataDir(), await startSimulatedHome({ name: 'Cabin' })];
});
afterAll(async () => {
  await home?.close();
  await removeDataDir(dir);
});

it('a database that went back is noticed, shown, and served only once confirmed', async () => {
  const [port, opsPort] = [await steadyPort(), await steadyPort()];
  const base = `http://127.0.0.1:${port}`;
  const adminKey = newSecret();
  const admin = openClusterAdmin(base, adminKey);
  const secrets = { HUB_KEYS: newKeyRing(), HUB_ADMIN_KEY: adminKey, PORT: String(port), DATA_DIR: join(dir, 'hub') };
  const postgresDir = join(dir, 'postgres');
  /** A hub on PostgreSQL as its folder is, for as long as `use` takes. */
  const withHub = async (use: (hub: Replica) => Promise<void>) => {
    await using postgres = await startClusterPostgres(dir);
    const env = { ...secrets, DATABASE_URL: postgres.url, ALLOW_PRIVATE_ADDRESSES: 'true' };
    const hub = createReplica({ name: 'hub', kind: 'hub', opsPort, env, logFile: join(dir, 'hub.log') });
    try {
      await use(hub);
    } finally {
      await hub.end('SIGTERM');
    }
  };
  const hub = async (...args: readonly string[]) =>
    (await runHere(args, { env: { HUB_URL: base, HUB_ADMIN_KEY: adminKey } })).stdout;
  const look = (url: string) => callTool(url, 'ha_get_state', { entity_id: 'light.bedside' });
  const urls = { anna: '', guest: '' };

  await withHub(async (replica) => {
    await replica.start();
    await admin.send('POST', '/tenants', { name: 'Fjord', slug: 'fjord', owner: 'Anna' });
    const { url, token } = home;
    await admin.send('POST', '/tenants/fjord/homes', { url, token, name: 'Cabin', slug: 'cabin' });
    urls.anna = await admin.connector('fjord', { name: 'anna', ceiling: 'control' });
    urls.guest = await admin.connector('fjord', { name: 'guest', ceiling: 'control' });
    expect(await hub('recover')).toContain('Nothing to confirm');
  });
  await copy(postgresDir, join(dir, 'earlier'));
  await withHub(async (replica) => {
    await replica.start();
    await admin.send('POST', '/tenants/fjord/connectors/guest/revoke');
    const mark = () => readFile(join(secrets.DATA_DIR, 'database-mark.json'), 'utf8');
    await vi.waitFor(async () => expect(JSON.parse(await mark()).ended).toHaveLength(1), 15_000);
  });

  await rm(postgresDir, { recursive: true });
  await copy(join(dir, 'earlier'), postgresDir);
  await withHub(async (replica) => {
    const starting = replica.start();
    await vi.waitFor(async () => expect(await hub('recover')).toContain('The database is older'), 30_000);
    const shown = await hub('recover');
    expect(shown).toContain('ended by --confirm: 1\n  fjord/guest');
    expect(shown).toContain(
      'nothing known against them: 1. Revoke those that should not be, after --confirm.\n  fjord/anna',
    );
    for (const url of [urls.anna, urls.guest]) await expect(look(url)).rejects.toThrow('503');
    expect((await fetch(`http://127.0.0.1:${opsPort}/readyz`)).status).toBe(503);
    await expect(openClusterAdmin(base, newSecret()).send('POST', '/recovery/confirm')).rejects.toThrow('401');

    expect(await hub('recover', '--confirm')).toContain('Ended again: 1 credential,');
    await starting;
    expect((await look(urls.anna)).isError).toBe(false);
    await expect(look(urls.guest)).rejects.toThrow('404');

    await hub('recover', '--begin');
    await vi.waitFor(() => expect(replica.isUp).toBe(false), 15_000);
  });
}, 120_000);

/** With owner and rights, as a restore of the folder has them. */
async function copy(from: string, to: string): Promise<void> {
  expect(spawnSync('cp', ['-a', from, to]).status).toBe(0);
}
