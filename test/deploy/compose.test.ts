import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../docs/pages.ts';
import { knownVariables } from '../kube/known-variables.ts';
import { steadyPort } from '../start-hub.ts';
import { findNginx, runNginx } from '../tls/nginx-door.ts';
import { readDockerfile } from './dockerfile.ts';

const text = readFileSync(join(ROOT, 'deploy/compose.yaml'), 'utf8');
const condition = z.strictObject({ condition: z.enum(['service_healthy', 'service_completed_successfully']) });
const service = z.looseObject({
  image: z.string(),
  build: z
    .object({ context: z.literal('..'), dockerfile: z.literal('deploy/Dockerfile'), target: z.string() })
    .optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  depends_on: z.record(z.string(), condition).optional(),
  networks: z.preprocess(
    (given) => (Array.isArray(given) ? Object.fromEntries(given.map((name) => [name, {}])) : given),
    z.record(z.string(), z.strictObject({ ipv4_address: z.ipv4().optional() })),
  ),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  read_only: z.boolean().optional(),
});
const compose = z
  .looseObject({
    services: z.record(z.string(), service),
    networks: z.record(z.string(), z.unknown()),
    volumes: z.record(z.string(), z.null()),
  })
  .parse(parse(text, { merge: true }));
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('ha-mcp-hub/'));
const config = readFileSync(join(ROOT, 'services/hub/src/config.ts'), 'utf8');

describe('compose.yaml', () => {
  it('is two hubs, two workers, a migration, PostgreSQL, Redis and a balancer', () => {
    expect(services.map(([name]) => name).sort()).toEqual(
      ['balancer', 'hub-1', 'hub-2', 'migrate', 'postgres', 'redis', 'worker-1', 'worker-2'].sort(),
    );
  });

  it.each(ours)('%s sets variables that its program reads, and starts one that an image holds', (_name, one) => {
    expect(Object.keys(one.environment ?? {}).filter((name) => !knownVariables.has(name))).toEqual([]);
    expect(one.command).toHaveLength(1);
    expect(existsSync(join(ROOT, one.command?.[0]?.replace('/dist/', '/src/').replace(/\.js$/, '.ts') ?? ''))).toBe(
      true,
    );
    expect(readDockerfile().has(one.build?.target ?? 'hub')).toBe(true);
    expect(one.image).toBe(`ha-mcp-hub/${one.build?.target ?? 'hub'}`);
    expect(one.read_only).toBe(true);
  });

  it('names only services, networks, volumes and files that are there', () => {
    const named = (pick: (one: z.infer<typeof service>) => readonly string[]) =>
      services.flatMap(([, one]) => pick(one));
    const volumes = named((one) => (one.volumes ?? []).map((volume) => volume.split(':')[0] ?? ''));
    const [files, stores] = [volumes.filter((at) => at.startsWith('./')), volumes.filter((at) => !at.startsWith('./'))];
    expect(named((one) => Object.keys(one.depends_on ?? {})).filter((name) => !(name in compose.services))).toEqual([]);
    expect(named((one) => Object.keys(one.networks)).filter((name) => !(name in compose.networks))).toEqual([]);
    expect(stores.filter((name) => !(name in compose.volumes))).toEqual([]);
    expect(files.filter((path) => !existsSync(join(ROOT, 'deploy', path)))).toEqual([]);
  });

  it('keeps no secret: each comes from .env, which git leaves alone, and is asked for when missing', () => {
    expect(readFileSync(join(ROOT, '.gitignore'), 'utf8').split('\n')).toContain('/deploy/.env');
    const sealed = [...text.matchAll(/\$\{([A-Z_]*(?:PASSWORD|KEYS?))(\S*)/g)];
    expect(sealed.length).toBeGreaterThan(5);
    for (const [, name, rest = ''] of sealed) expect(rest.startsWith(':?is'), name).toBe(true);
    expect(text).not.toMatch(/:[^$\s{]+@/);
  });

  it('keeps over a new start of all of it what hubs remember of the database, each in its own folder, and the backups of homes', () => {
    const isKept = (path: string | number | undefined) => String(path).startsWith('/data/');
    const hubs = ours.filter(([name]) => name.startsWith('hub-')).map(([, one]) => one);
    expect(new Set(hubs.map(({ environment }) => environment?.['DATA_DIR']).filter(isKept)).size).toBe(2);
    const running = ours.filter(([name]) => name !== 'migrate');
    expect(running.filter(([, one]) => !isKept(one.environment?.['BACKUP_STORE']))).toEqual([]);
    expect(running.filter(([, { volumes = [] }]) => !volumes.includes('data:/data'))).toEqual([]);
  });

  it('gives hubs addresses that nobody else is given, as its balancer asks for them once', () => {
    const given = services.map(([, { networks }]) => networks['outside']?.ipv4_address).filter((one) => one);
    expect(given).toEqual(['172.31.83.11', '172.31.83.12']);
    const config = { subnet: '172.31.83.0/24', ip_range: '172.31.83.128/25' };
    expect(compose.networks['outside']).toEqual({ ipam: { config: [config] } });
  });

  it('lets nobody in but through the balancer, on this machine', () => {
    expect(services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`))).toEqual([
      'balancer 127.0.0.1:9583:9583',
    ]);
    const port = /PORT: envPort.default\((\d+)\)/.exec(config)?.[1];
    const hubs = [...readFileSync(join(ROOT, 'deploy/balancer.conf'), 'utf8').matchAll(/server (\S+):(\d+) /g)];
    expect(hubs.map(([, host, at]) => [host, at])).toEqual([
      ['hub-1', port],
      ['hub-2', port],
    ]);
  });
});

const nginx = await findNginx();

it.skipIf(!nginx)(
  'its balancer passes each part of an answer on as it comes, a path to the same hub while it is there',
  async () => {
    const parts = Promise.withResolvers<void>();
    const asked: string[] = [];
    const upstream = async (name: string) => {
      const server = createServer(async (request, response) => {
        asked.push(`${name} ${request.headers.host}`);
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: first\n\n');
        // The rest only when the client has the first part.
        await parts.promise;
        response.end('data: last\n\n');
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      return { name, port, [Symbol.dispose]: () => void server.close().closeAllConnections() };
    };
    using first = await upstream('hub-1');
    using second = await upstream('hub-2');
    const port = await steadyPort();
    const dir = await mkdtemp(join(tmpdir(), 'hub-balancer-'));
    const conf = readFileSync(join(ROOT, 'deploy/balancer.conf'), 'utf8')
      .replace('hub-1:9583', `127.0.0.1:${first.port}`)
      .replace('hub-2:9583', `127.0.0.1:${second.port}`)
      .replace('listen 9583', `listen 127.0.0.1:${port}`);
    const call = (path: string) => fetch(`http://127.0.0.1:${port}/private_${path}`, { method: 'POST', body: '{}' });
    {
      await using _running = await runNginx(nginx ?? '', dir, port, conf);
      expect((await fetch(`http://127.0.0.1:${port}/balancer-is-up`)).status).toBe(204);
      const reader = (await call('x')).body?.pipeThrough(new TextDecoderStream()).getReader();
      expect((await reader?.read())?.value).toBe('data: first\n\n');
      parts.resolve();
      expect((await reader?.read())?.value).toBe('data: last\n\n');

      for (let time = 0; time < 3; time++) await (await call('x')).text();
      const [own = ''] = asked;
      expect(asked).toEqual(Array(4).fill(own));
      expect(own.endsWith(` 127.0.0.1:${port}`)).toBe(true);
      for (let path = 0; path < 40; path++) await (await call(`x${path}`)).text();
      expect(new Set(asked).size).toBe(2);

      const [gone, other] = own.startsWith(first.name) ? [first, second] : [second, first];
      gone[Symbol.dispose]();
      expect(await (await call('x')).text()).toContain('last');
      expect(asked.at(-1)).toBe(`${other.name} 127.0.0.1:${port}`);
    }
    await rm(dir, { recursive: true });
  },
);
