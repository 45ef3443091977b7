import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseKeyRing } from '@hub/db/key-ring.ts';
import { findTenant, updateTenant } from '@hub/db/tenants.ts';
import { freePort } from '@hub/real-home/free-port.ts';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { type CliSurroundings, runHere } from '../testing/run-cli.ts';

let hub: AdminHub;
let simulated: SimulatedHome;
let dir: string;
beforeAll(async () => {
  hub = await startAdminHub();
  simulated = await startSimulatedHome({ name: 'Cabin', token: 'right-token-of-the-cabin' });
  dir = await mkdtemp(join(tmpdir(), 'hub-cli-'));
});
afterAll(async () => {
  await simulated.close();
  await hub[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const run = (args: string, surroundings: CliSurroundings = {}) =>
  runHere(args.split(' '), {
    ...surroundings,
    env: { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key, ...surroundings.env },
  });

async function json(args: string, surroundings: CliSurroundings = {}) {
  const { code, stdout, stderr } = await run(`${args} --json`, surroundings);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

describe('a day with the command line', () => {
  it('makes a tenant, which is then the one meant', async () => {
    expect((await run('tenants list')).stdout).toContain('hub tenants create NAME');
    expect((await run('homes list')).stderr).toContain('hub tenants create NAME');
    const { code, stdout } = await run('tenants create Fjord --owner Anna');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Tenant {2}fjord\nName {4}Fjord\nState {3}active\n/)]);
    expect((await json('members list')).members).toMatchObject([{ personName: 'Anna', role: 'owner' }]);
  });

  it('adds a home with the token from a pipe, and shows it', async () => {
    const added = await run(`homes add ${simulated.url} --tag sea --token -`, { stdin: `${simulated.token}\n` });
    expect(added.stdout).toContain('Cabin (cabin) is created, and it answers (Home Assistant 2026.11.0).');
    const list = await run('homes list');
    expect(list.stdout).toMatch(/^HOME +NAME +STATE +VERSION +SEEN +TAGS +ADDRESS\ncabin +Cabin +running +2026\.11\.0/);
    expect(added.stdout + list.stdout).not.toContain(simulated.token);
    const set = await run('homes set cabin --region West --tag sea --tag rent');
    expect(set.stdout).toContain('Cabin (cabin) is updated.\n');
    const held = await json('homes set cabin --read-only on --tool-search on --disable ha_get_history');
    expect(held.home.defaults).toEqual({ readOnly: true, toolSearch: 'on', disabledTools: ['ha_get_history'] });
    const freed = await json('homes set cabin --read-only default --tool-search default --disable default');
    expect(freed.home.defaults).toEqual({});
    expect((await json('homes show cabin')).tags).toEqual(['sea', 'rent']);
    expect(await run('homes check cabin')).toMatchObject({ code: 0, stdout: expect.stringContaining('2026.11.0') });
  });

  it('takes the token from the environment, and warns of one in the arguments', async () => {
    const env = { HOME_ASSISTANT_TOKEN: simulated.token };
    expect((await run(`homes add ${simulated.url}`, { env })).stdout).toContain('is updated, and it answers');
    const warned = await run(`homes add ${simulated.url} --token ${simulated.token}`);
    expect([warned.code, warned.stderr]).toEqual([0, expect.stringContaining('history of your shell')]);
  });

  it('reads certificates from files and headers from flags, and empties them again', async () => {
    const pem = join(dir, 'ca.pem');
    await writeFile(pem, '-----BEGIN CERTIFICATE-----\n');
    const flags = ['--ca', pem, '--header', 'CF-Access-Client-Id: me', '--note', '', '--no-check', '--json'];
    const env = { HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key };
    const set = await runHere(['homes', 'set', 'cabin', ...flags], { env });
    expect(JSON.parse(set.stdout).home.link).toMatchObject({ hasExtraCa: true, headerNames: ['CF-Access-Client-Id'] });
    const emptied = ['homes', 'set', 'cabin', '--ca', '', '--header', '', '--json'];
    const { link } = JSON.parse((await runHere(emptied, { env })).stdout).home;
    expect(link).toMatchObject({ hasExtraCa: false, headerNames: [] });
    const missing = await run('homes set cabin --ca /nowhere.pem');
    expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('--ca: /nowhere.pem cannot be read') });
  });

  it('imports from a file and from a pipe, with a result per row', async () => {
    const file = join(dir, 'homes.json');
    await writeFile(file, JSON.stringify([{ url: 'http://10.0.0.5', token: 'x', name: 'Five' }, { url: 'no' }]));
    const dry = await run(`homes import ${file} --dry-run`);
    expect(dry).toMatchObject({ code: 1, stdout: expect.stringContaining('1 created, 0 updated, 1 invalid') });
    expect((await json('homes list')).homes).toHaveLength(1);
    const piped = await run('homes import -', { stdin: 'url,token,name\nhttp://10.0.0.5,x,Five\n' });
    expect([piped.code, piped.stdout]).toEqual([0, expect.stringMatching(/1 +created +five +http:\/\/10\.0\.0\.5/)]);
    expect((await run('homes remove five')).stdout).toBe('Removed five.\n');
  });

  it('asks a person before something goes for good, by its name, and does not ask a script', async () => {
    const add = () => run('homes import -', { stdin: 'url,token,name\nhttp://10.0.0.6,x,Six\n' });
    const isThere = async () => (await json('homes list')).homes.some(({ slug }: { slug: string }) => slug === 'six');
    await add();
    for (const stdin of ['\n', 'no\n', '']) {
      const refused = await run('homes remove six', { stdin, isTty: true });
      expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Forget Six (six)')]);
      expect(refused.stderr).toContain('Nothing was changed.');
      expect(await isThere()).toBe(true);
    }
    expect(await run('homes remove six', { stdin: 'y\n', isTty: true })).toMatchObject({ stdout: 'Removed six.\n' });
    expect(await isThere()).toBe(false);
    await add();
    expect((await run('homes remove six --yes', { isTty: true })).stderr).toBe('');
    expect(await isThere()).toBe(false);
    await add();
    const piped = await run('homes remove six', { stdin: 'n\n', isTty: true, piped: 'stdout' });
    expect(piped).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('Forget Six (six)') });
    expect(await isThere()).toBe(true);
    // Where nobody would see the question.
    expect(await run('homes remove six', { isTty: true, piped: 'stderr' })).toMatchObject({ code: 0, stderr: '' });
    expect(await isThere()).toBe(false);
    const key = await run('keys retire 1', { stdin: 'n\n', isTty: true });
    expect(key.stderr).toMatch(/Take key 1 out of the ring\?[\s\S]*Nothing was changed/);
  });

  it('says of an approval that is not there where to look, whatever was typed', async () => {
    for (const id of ['0197f0a0', '0197f0a0-0000-7000-8000-000000000000']) {
      const { code, stderr } = await run(`approvals allow ${id}`);
      expect([code, stderr]).toEqual([
        1,
        expect.stringMatching(/A waiting approval .* was not found[\s\S]*hub approvals list/),
      ]);
    }
  });

  it('makes, changes, rotates and ends connectors, showing the URL where it is the answer alone', async () => {
    const made = await run('connectors create anna --home cabin --expires 30d');
    const [, secret = ''] = /MCP Server URL: \S+\/private_(\S+)\n/.exec(made.stdout) ?? [];
    expect(secret).toMatch(/^[\w-]{22,}$/);
    expect(made.stdout).toContain('It cannot change automations');
    expect(made.stdout).toContain('claude mcp add');
    const set = await run('connectors set anna --ceiling configure --tag sea --disable ha_call_event');
    expect(set.stdout).toContain('Switched off: ha_call_event.');
    const freed = await json('connectors set anna --enable ha_call_event --expires never --read-only');
    expect(freed).toMatchObject({ disabledTools: [], readOnly: true, homes: { kind: 'tags', tags: ['sea'] } });
    expect(freed.expiresAt).toBeUndefined();
    const shaped = await json(
      'connectors set anna --tool-search auto --read-only off --backup-hint weak --strict off --pin ha_get_history --unpin ha_search',
    );
    expect(shaped).toMatchObject({ toolSearch: 'auto', readOnly: false, backupHint: 'weak', strict: false });
    expect(shaped.pinnedTools).toEqual(expect.arrayContaining(['ha_get_history', 'ha_get_overview']));
    expect(shaped.pinnedTools).not.toContain('ha_search');
    expect(shaped.inherited).toEqual([]);
    const back = await json('connectors set anna --strict default --pin default --read-only default');
    expect(back.inherited).toEqual(['readOnly', 'pinnedTools', 'strict']);
    expect((await run('connectors set anna --tool-search maybe')).stderr).toContain('is one of on, off, auto, default');
    expect((await run('connectors set anna --disable ha_search')).stderr).toContain('cannot be switched off');
    const rules = join(dir, 'rules.json');
    await writeFile(rules, JSON.stringify({ deny: { domains: ['light'] } }));
    const hidden = await json(`connectors set anna --visibility ${rules}`);
    expect(hidden.visibility).toMatchObject({ deny: { domains: ['light'] } });
    // Which links it.
    await run('doctor --all');
    await writeFile(rules, JSON.stringify({ deny: { domains: ['lihgt'] } }));
    const slip = await run(`connectors set anna --visibility ${rules}`);
    expect([slip.code, slip.stderr]).toEqual([0, expect.stringContaining('Warning: The rules deny lihgt')]);
    await writeFile(rules, '{"denied": []}');
    expect((await run(`connectors set anna --visibility ${rules}`)).code).toBe(1);
    expect((await run('connectors set anna --visibility /nowhere')).code).toBe(2);
    const shown = await run('connectors show anna');
    expect(shown.stdout).toContain('Settings: tool search auto');
    const listed = await run('connectors list');
    expect(shown.stdout + listed.stdout).not.toContain(secret);
    const rotated = await run('connectors rotate anna --keep-old 24h');
    expect(rotated.stdout).toMatch(/MCP Server URL: .*private_[\s\S]*The old URL works until /);
    expect((await run('connectors rotate anna --keep-old 2d')).code).toBe(2);
    expect((await run('connectors revoke anna')).stdout).toBe('anna is revoked.\n');
    expect((await run('connectors list')).stdout).toBe('No connectors yet.\n');
    expect((await json('connectors list --revoked')).connectors).toMatchObject([{ state: 'revoked' }]);
  });

  it.each([
    ['connectors create gone', 'connectors revoke gone', 'End gone of Anna (homes: all) and its URL for good?'],
    ['members add Gone', 'members remove Gone', 'End the membership of Gone'],
    ['notify add gone --webhook https://example.com/', 'notify remove gone', 'Remove the channel gone'],
    ['schedules add gone --home cabin --cron @daily', 'schedules remove gone', 'Remove the schedule gone?'],
  ])('after `%s` asks before `%s`', async (make, line, question) => {
    expect(await run(make)).toMatchObject({ code: 0 });
    const refused = await run(line, { stdin: 'n\n', isTty: true });
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(question)]);
    expect(refused.stdout).toBe('');
    expect(await run(line)).toMatchObject({ code: 0, stderr: '' });
  });

  it('says of an id that is none what is meant by one', async () => {
    for (const line of ['jobs show 0197f0a0', 'edits restore 0197f0a0-… --yes']) {
      expect((await run(line)).stderr).toContain('give the whole id, as the list shows it');
    }
  });

  it('says where a backup is when the hub stores none', async () => {
    const { stdout } = await run('backups list cabin');
    expect(stdout).toContain('No stored backups.');
    expect(stdout).toContain('stays at its home');
    expect((await run('backups keep cabin --last many')).stderr).toContain('--last: is a whole number');
  });

  it('makes a backup and watches it: lines beside the answer, a bar on a terminal', async () => {
    const watched = await run('backup create cabin --name First --watch --json');
    expect(JSON.parse(watched.stdout)).toMatchObject({ state: 'done', result: { name: 'First' } });
    expect(watched.stderr).toMatch(/%|saving|storing|running/);
    const started = await json('backup create cabin');
    const bar = await run(`jobs watch ${started.job.id}`, { isTty: true });
    expect(bar.code).toBe(0);
    expect(bar.stderr).toContain('\r\u001b[K');
    expect((await run('jobs list')).stdout).toMatch(/backup\.create +cabin +done/);
    expect((await json(`jobs show ${started.job.id}`)).state).toBe('done');
    expect((await run(`jobs cancel ${started.job.id}`)).stdout).toBe('It is done.\n');
  });

  it('examines all, with an exit code for scripts', async () => {
    const well = await run('doctor');
    expect([well.code, well.stdout]).toEqual([0, expect.stringContaining('✓ Home Assistant 2026.11.0 answers')]);
    await run('homes add http://127.0.0.1:9 --name Gone --token - --no-check', { stdin: 'x' });
    const ill = await run('doctor');
    expect(ill).toMatchObject({ code: 1, stdout: expect.stringMatching(/gone\n +✗ .*\n +→ /) });
    expect((await run('homes check gone')).code).toBe(1);
    expect((await run('doctor --json')).stdout).toContain('"healthy": false');
    await run('homes remove gone');
  });

  it('lists edits and audit, empty at first', async () => {
    expect((await run('edits list')).stdout).toBe('No edits.\n');
    expect((await run('audit list --since 7d --effect configure')).stdout).toBe('No entries.\n');
    expect((await run('audit list --since soon')).code).toBe(2);
  });

  it('asks which tenant is meant when there are several', async () => {
    await run('tenants create Parents --slug parents');
    const asked = await run('homes list');
    expect(asked).toMatchObject({ code: 1, stderr: expect.stringContaining('--tenant fjord | parents') });
    expect((await run('homes list --tenant fjord')).code).toBe(0);
    expect((await run('homes list', { env: { HUB_TENANT: 'parents' } })).stdout).toContain('No homes yet');
    expect((await json('tenants set parents --state suspended')).state).toBe('suspended');
  });
});

describe('the command line', () => {
  it('makes keys without a server', async () => {
    const { code, stdout, stderr } = await runHere(['keys', 'new']);
    expect(code).toBe(0);
    expect(parseKeyRing(stdout).ids).toEqual([1]);
    expect(stderr).toContain('HUB_KEYS');
  });

  it('says that no hub runs and how to start one, with and without a key', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const env = { HUB_URL: url, DATA_DIR: dir };
    for (const key of [{}, { HUB_ADMIN_KEY: 'x' }]) {
      const { code, stdout, stderr } = await runHere(['homes', 'list'], { env: { ...env, ...key } });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toBe(
        `hub: No hub answers at ${url} (ECONNREFUSED).\n` +
          '  → Start it: npm start\n' +
          '  → Does it run elsewhere? Say where: --url https://… or HUB_URL\n',
      );
    }
  });

  it('says of an address that is none, or unknown, or without https, what is wrong with it', async () => {
    const at = (url: string) => runHere(['homes', 'list'], { env: { HUB_URL: url, HUB_ADMIN_KEY: 'x' } });
    for (const url of ['localhost:9583', '127.0.0.1:9583', 'ftp://hub', 'http://']) {
      const typed = await at(url);
      expect([typed.code, typed.stderr]).toEqual([2, expect.stringContaining(`'${url}' is no web address`)]);
    }
    expect((await at('http://nowhere.invalid')).stderr).toContain(
      'This name is not known here: check --url or HUB_URL',
    );
    expect((await at(hub.base.replace('http:', 'https:'))).stderr).toContain('--url http://…');
  });

  it('names the place of a wrong key, and where it looked for a missing one', async () => {
    const file = join(dir, 'other-key');
    await writeFile(file, 'wrong\n');
    const wrong = await run(`homes list --key-file ${file}`);
    expect(wrong).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`does not take the admin key from ${file}`),
    });
    const missing = await runHere(['homes', 'list'], { env: { HUB_URL: hub.base, DATA_DIR: dir } });
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining(join(dir, 'admin-key')) });
    await writeFile(join(dir, 'admin-key'), `${hub.key}\n`);
    const env = { HUB_URL: hub.base, DATA_DIR: dir };
    expect((await runHere(['tenants', 'list'], { env })).code).toBe(0);
  });

  it('answers typing errors with code 2 on stderr', async () => {
    for (const args of ['homes lst', 'homes add', 'homes', 'x', 'homes list --nope', 'homes show a b']) {
      const { code, stdout, stderr } = await run(args);
      expect([args, code, stdout]).toEqual([args, 2, '']);
      expect(stderr).not.toBe('');
    }
    const wrong = await run('connectors create x --ceiling all');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('--ceiling: is one of read, control') });
  });

  it('has help with an example for every command', async () => {
    const { stdout } = await runHere(['--help']);
    const groups = [...stdout.matchAll(/^ {2}([a-z]+) .*$/gm)].map(([, name = '']) => name);
    expect(groups).toEqual(expect.arrayContaining(['homes', 'connectors', 'doctor', 'keys']));
    for (const group of groups.filter((name) => name !== 'help' && name !== 'hub')) {
      const { code, stdout: help } = await runHere([group, '--help']);
      expect([group, code]).toEqual([group, 0]);
      expect(help).toMatch(new RegExp(`Examples:\\n {2}hub ${group}`));
      for (const [, leaf = ''] of help.matchAll(/^ {2}([a-z]+) \[options\]/gm)) {
        expect((await runHere([group, leaf, '--help'])).stdout).toMatch(/Examples:\n {2}\S/);
      }
    }
  });

  it('colours only a terminal, and not against NO_COLOR', async () => {
    const start = '\u001b[';
    expect((await run('tenants list', { isTty: true })).stdout).toContain(start);
    expect((await run('tenants list')).stdout).not.toContain(start);
    expect((await run('tenants list', { isTty: true, env: { NO_COLOR: '1' } })).stdout).not.toContain(start);
  });

  it('lets no text of a home steer the terminal', async () => {
    const { db } = hub.deps.storage;
    const tenant = await findTenant(db, 'parents');
    await updateTenant(db, tenant?.id ?? '', { name: 'a\u001b[2Jb' }, { kind: 'operator' });
    expect((await run('tenants list')).stdout).toContain('a [2Jb');
  });
});
