import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSecret } from '@hub/core/ids.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { type CliSurroundings, runHere } from '../testing/run-cli.ts';

const PASSPHRASE = 'a sea of seven words';

let from: AdminHub;
let to: AdminHub;
let home: SimulatedHome;
let dir: string;
let secret = '';
beforeAll(async () => {
  [from, to] = [await startAdminHub(), await startAdminHub()];
  home = await startSimulatedHome({ name: 'Cabin', token: 'right-token-of-the-cabin' });
  dir = await mkdtemp(join(tmpdir(), 'hub-export-'));
  await run(from, 'tenants create Fjord --owner Anna');
  await run(from, 'members add Ben --email ben@home.example --role manager');
  await run(from, `homes add ${home.url} --tag sea --token -`, { stdin: home.token });
  await run(from, 'homes set cabin --read-only on');
  const made = await run(from, 'connectors create anna --home cabin --ceiling configure --disable ha_get_history');
  [, secret = ''] = /private_(\S+)\n/.exec(made.stdout) ?? [];
  await run(from, 'connectors create gone');
  await run(from, 'connectors revoke gone');
});
afterAll(async () => {
  await home.close();
  await Promise.all([from, to].map((hub) => hub[Symbol.asyncDispose]()));
  await rm(dir, { recursive: true });
});

function run(hub: AdminHub, args: string, surroundings: CliSurroundings = {}) {
  const env = { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key, ...surroundings.env };
  return runHere(args.split(' '), { ...surroundings, env });
}

const path = (name: string) => join(dir, name);
const withPassphrase = { env: { HUB_PASSPHRASE: PASSPHRASE } };
const tenants = async (hub: AdminHub) =>
  (await hub.ask('GET', '/tenants')).body.tenants.map((one: { slug: string }) => one.slug);

describe('a tenant carried to another hub', () => {
  it('holds no secret unless a passphrase seals it', async () => {
    expect((await run(from, `export ${path('bare.json')}`)).stdout).toContain('homes 1, connectors 1.');
    await run(from, `export ${path('full.json')}`, withPassphrase);
    const texts = await Promise.all(['bare.json', 'full.json'].map((name) => readFile(path(name), 'utf8')));
    for (const text of texts) {
      expect(text).not.toContain(home.token);
      expect(text).not.toMatch(/secret_hash|sealed_secrets|gone/);
    }
    expect(JSON.parse(texts[0] ?? '').secrets).toBeUndefined();
    expect((await stat(path('full.json'))).mode & 0o777).toBe(0o600);
    expect((await run(from, `export ${path('full.json')}`)).stderr).toContain('is there already');
    const short = await run(from, `export ${path('x.json')}`, { env: { HUB_PASSPHRASE: 'short' } });
    expect([short.code, short.stderr]).toEqual([1, expect.stringContaining('fewer than 12 characters')]);
  });

  it('is only tried by a dry run, then lives there with tokens and URLs, and a second time nothing happens', async () => {
    const asked = await run(to, `import ${path('full.json')}`);
    expect(asked.stderr).toContain('sealed under a passphrase');
    expect(
      (await run(to, `import ${path('full.json')}`, { env: { HUB_PASSPHRASE: `${PASSPHRASE}!` } })).stderr,
    ).toContain('another passphrase, or the file was changed');
    const dry = await run(to, `import ${path('full.json')} --dry-run`, withPassphrase);
    expect([dry.stdout, await tenants(to)]).toEqual([expect.stringContaining('Nothing was stored'), []]);
    const done = await run(to, `import ${path('full.json')} --passphrase -`, { stdin: PASSPHRASE });
    expect(done.stdout, done.stderr).toMatch(/home +1 +0\n/);
    expect(await run(to, 'homes check cabin')).toMatchObject({ code: 0 });
    const shown = JSON.parse((await run(to, 'connectors show anna --json')).stdout);
    expect(shown).toMatchObject({
      ceiling: 'configure',
      homes: { homes: ['cabin'] },
      disabledTools: ['ha_get_history'],
      readOnly: true,
    });
    expect(await to.deps.directory.find(hashSecret(secret).toString('base64url'))).toBeDefined();
    const again = await run(to, `import ${path('full.json')}`, withPassphrase);
    expect(again.stdout).toMatch(/tenant +0 +1\nmember +0 +2\nhome +0 +1\n/);
  });

  it('is refused by name where something stands in the way, and nothing of it stays', async () => {
    const third = await startAdminHub();
    try {
      await run(third, 'tenants create Fjord --owner Eve');
      expect((await run(third, `import ${path('bare.json')}`)).stderr).toContain(
        "Another tenant with the slug 'fjord'",
      );
      const moved = await run(third, `import ${path('full.json')} --without-secrets --slug fjord-2`);
      expect(moved.stdout).toContain('It is the tenant fjord-2.\nWithout secrets: give each home a token');
      expect((await run(third, `import ${path('bare.json')}`)).stderr).toContain("as 'fjord-2', already exists");
      await run(third, `homes set cabin --tenant fjord-2 --token - --name Cabin`, { stdin: home.token });
      expect(await run(third, 'homes check cabin --tenant fjord-2')).toMatchObject({ code: 0 });
    } finally {
      await third[Symbol.asyncDispose]();
    }
    await run(from, 'homes add http://10.0.0.9 --no-check --name Barn --token -', { stdin: 'x' });
    await run(to, 'homes add http://10.0.0.9 --no-check --name Stable --token -', { stdin: 'x' });
    await run(from, `export ${path('barn.json')}`);
    const clash = await run(to, `import ${path('barn.json')}`);
    expect(clash.stderr).toContain('home link');
    expect(clash.stderr).toContain('Nothing was imported');
    expect((await run(to, 'homes list')).stdout).not.toContain('Barn');
  });

  it('that somebody changed is refused: its tokens go to no other address', async () => {
    const changed = JSON.parse(await readFile(path('full.json'), 'utf8'));
    changed.tenant.home_link[0].url = 'http://10.6.6.6';
    await writeFile(path('changed.json'), JSON.stringify(changed));
    expect((await run(to, `import ${path('changed.json')}`, withPassphrase)).stderr).toContain(
      'the file was changed since',
    );
    changed.tenant.home[0].colour = 'red';
    await writeFile(path('changed.json'), JSON.stringify({ ...changed, secrets: undefined }));
    expect((await run(to, `import ${path('changed.json')}`)).stderr).toContain("says 'colour' of a home");
    await writeFile(path('changed.json'), JSON.stringify({ ...changed, version: 2 }));
    expect((await run(to, `import ${path('changed.json')}`)).stderr).toContain('written by a newer hub');
    expect((await run(to, `import ${path('full.json').replace('full', 'none')}`)).stderr).toContain('ENOENT');
  });
});
