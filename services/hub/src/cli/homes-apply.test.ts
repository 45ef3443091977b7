import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';
import { type CliSurroundings, runHere } from '../testing/run-cli.ts';

let hub: AdminHub;
let home: SimulatedHome;
let dir: string;
beforeAll(async () => {
  hub = await startAdminHub();
  home = await startSimulatedHome({ name: 'Cabin', token: 'right-token-of-the-cabin' });
  dir = await mkdtemp(join(tmpdir(), 'hub-apply-'));
  await writeFile(join(dir, 'cabin.token'), `${home.token}\n`);
  await hub.ask('POST', '/tenants', { name: 'Fjord', owner: 'Anna' });
});
afterAll(async () => {
  await home.close();
  await hub[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

const env = () => ({ HUB_URL: hub.base, HUB_ADMIN_KEY: hub.key, BARN_TOKEN: 'token-of-the-barn' });
const run = (...args: readonly string[]) => runHere(args, { env: env() });

async function apply(yaml: string, ...flags: readonly string[]) {
  return applyAt({}, yaml, ...flags);
}

async function applyAt(surroundings: CliSurroundings, yaml: string, ...flags: readonly string[]) {
  const file = join(dir, 'homes.yaml');
  await writeFile(file, yaml);
  return runHere(['homes', 'apply', '-f', file, ...flags], { ...surroundings, env: env() });
}

const slugs = async () =>
  JSON.parse((await run('homes', 'list', '--json')).stdout).homes.map(({ slug }: { slug: string }) => slug);

const cabin = (rest = '') => `homes:
  - slug: cabin
    url: ${home.url}
    tokenFile: cabin.token
    tags: [sea, rent]
    defaults: { readOnly: true }
${rest}`;
const barn = `  - slug: barn
    url: http://10.0.0.7:8123
    tokenEnv: BARN_TOKEN
`;

describe('homes that a file describes', () => {
  it('are asked for once where there is no such file', async () => {
    const { code, stderr } = await run('homes', 'apply', '-f', '/nowhere.yaml');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^hub: \/nowhere\.yaml cannot be read \(ENOENT\)\n/)]);
  });

  it('are only shown by a dry run, then made, and a second time left alone', async () => {
    const dry = await apply(cabin(), '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([0, '+ cabin\n\nNothing was changed. It would be 1 created.\n']);
    expect(await slugs()).toEqual([]);
    expect((await apply(cabin())).stdout).toContain('Done: 1 created.');
    expect((await apply(cabin())).stdout).toBe('= cabin\n\nDone: 1 unchanged.\n');
    expect(JSON.parse((await run('homes', 'show', 'cabin', '--json')).stdout)).toMatchObject({
      tags: ['sea', 'rent'],
      defaults: { readOnly: true },
      status: { state: 'running' },
    });
  });

  it('change only in what the file says otherwise, and no secret is shown', async () => {
    await run('homes', 'set', 'cabin', '--note', 'key under the mat');
    const changed = await apply(cabin('    ceiling: control\n    name: By the sea\n'));
    expect(changed.stdout).toContain('~ cabin\n    name: Cabin → By the sea\n    ceiling: destroy → control\n');
    expect(JSON.parse((await run('homes', 'show', 'cabin', '--json')).stdout).note).toBe('key under the mat');
    await writeFile(join(dir, 'cabin.token'), 'wrong-token-of-the-cabin');
    const wrong = await apply(cabin());
    expect([wrong.code, wrong.stdout]).toEqual([1, expect.stringContaining('✗ cabin: Nothing was stored:')]);
    const unchecked = await apply(cabin(), '--no-check', '--dry-run');
    expect(unchecked.stdout).toContain('    token: another → the one given\n');
    expect(wrong.stdout + unchecked.stdout).not.toMatch(/right-token|wrong-token/);
    await writeFile(join(dir, 'cabin.token'), home.token);
  });

  it('keep the clock that the file says, be it that of their Home Assistant today', async () => {
    const told = cabin('    timeZone: Europe/Amsterdam\n');
    expect((await apply(told)).stdout).toContain('~ cabin\n    timeZone: nothing → Europe/Amsterdam\n');
    expect((await apply(told)).stdout).toContain('= cabin\n');
  });

  it('that fail do not stop the rest, and only --prune removes', async () => {
    const both = await apply(`${cabin()}${barn}`, '--no-check');
    expect(both.stdout).toContain('= cabin\n+ barn\n');
    const twin = `  - slug: twin\n    url: ${home.url}/\n    token: x\n`;
    const refused = await apply(`${cabin()}${twin}  - slug: bare\n    url: http://10.0.0.8\n`, '--no-check');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain("✗ twin: Its address is already that of the home 'cabin'.");
    expect(refused.stdout).toContain('✗ bare: It is new and has no token.');
    expect(await slugs()).toEqual(['barn', 'cabin']);
    expect((await apply(cabin(), '--prune', '--dry-run')).stdout).toContain('- barn\n');
    expect(await slugs()).toEqual(['barn', 'cabin']);
    const kept = await applyAt({ isTty: true, stdin: 'n\n' }, cabin(), '--prune');
    expect([kept.code, kept.stderr]).toEqual([1, expect.stringContaining('Forget barn, which the file')]);
    expect(await slugs()).toEqual(['barn', 'cabin']);
    await apply(cabin(), '--prune');
    expect(await slugs()).toEqual(['cabin']);
    const unasked = await applyAt({ isTty: true }, cabin(), '--prune');
    expect([unasked.code, unasked.stderr]).toEqual([0, '']);
  });

  it('are not touched by a file that cannot be meant', async () => {
    const says = async (yaml: string, ...flags: readonly string[]) => (await apply(yaml, ...flags)).stderr;
    expect(await says('homes: [', '--prune')).toMatch(/homes\.yaml is not YAML: line 1/);
    expect(await says('homes: []', '--prune')).toContain('homes');
    expect(await says('home: []')).toContain("it is a list under 'homes:'");
    expect(await says(`${cabin()}${cabin().replace('homes:\n', '')}`)).toContain("'cabin' stands twice");
    expect(await says(cabin('    tokn: x\n'))).toContain('tokn');
    expect(await says(barn.replace('BARN', 'NO').replace(/^/, 'homes:\n'))).toContain(
      'the variable NO_TOKEN is not set',
    );
    expect((await run('homes', 'apply')).stderr).toContain('name the file: -f homes.yaml');
    expect(await slugs()).toEqual(['cabin']);
  });
});
