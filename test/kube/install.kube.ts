import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newKeyRing } from '@hub/db/key-ring.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ancestry, lastOf, readDockerfile } from '../deploy/dockerfile.ts';
import { IMAGES, layOutImage } from '../deploy/lay-out-image.ts';
import { type DebianPostgres, startDebianPostgres } from '../start/debian-postgres.ts';
import { CHART, VALUES } from './chart.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { type JobRunner, runJobs } from './job-runner.ts';

const NAMESPACE = 'hub';
const NEWER = '0.1.1';
const stages = readDockerfile();

let plane: ControlPlane;
let postgres: DebianPostgres;
let runner: JobRunner;
let newerApp: string;
const secrets: string[] = [];

beforeAll(async () => {
  const root = await layOutImage(stages, 'hub', IMAGES);
  // The next version: the same image with a migration more.
  newerApp = join(IMAGES, 'newer-app');
  await rm(newerApp, { recursive: true, force: true });
  await cp(join(root, 'app'), newerApp, { recursive: true, verbatimSymlinks: true });
  await writeFile(
    join(newerApp, 'migrations/9000-create-proof.sql'),
    '-- oldest code: 1\ncreate table proof (id int);\n',
  );
  [plane, postgres] = await Promise.all([startControlPlane(), startDebianPostgres()]);
  const [, ...flags] = lastOf(ancestry(stages, 'hub'), 'ENTRYPOINT');
  runner = runJobs(plane, NAMESPACE, (image) => ({
    entrypoint: [process.execPath, ...flags],
    folder: image.endsWith(`:${NEWER}`) ? newerApp : join(root, 'app'),
  }));
  await plane.apply(...nodes(), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: NAMESPACE,
      labels: Object.fromEntries(
        ['enforce', 'warn', 'audit'].map((way) => [`pod-security.kubernetes.io/${way}`, 'restricted']),
      ),
    },
  });
  for (const file of [
    ...(await moduleFiles('sigs.k8s.io/gateway-api@v1.6.3', 'config/crd/standard/*.yaml')),
    ...(await moduleFiles(
      'github.com/prometheus-operator/prometheus-operator@v0.85.0',
      'example/prometheus-operator-crd/*_{servicemonitors,prometheusrules}.yaml',
    )),
  ]) {
    expect(await plane.kubectl('apply', '--server-side', '-f', file)).toMatchObject({ code: 0 });
  }
  const keys = newKeyRing();
  const [redisPassword, adminKey] = [randomBytes(18).toString('hex'), randomBytes(18).toString('hex')];
  secrets.push(postgres.password, postgres.url, redisPassword, adminKey, keys, keys.replace(/^\d+:/, ''));
  const secret = (name: string, stringData: Readonly<Record<string, string>>) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: NAMESPACE },
    stringData,
  });
  for (const one of [
    secret('hub-database', {
      DATABASE_URL: 'postgres://hub:wrong-one@127.0.0.1:1/hub',
      direct: 'postgres://hub:wrong-one@127.0.0.1:1/hub',
    }),
    secret('hub-redis', { REDIS_URL: `redis://:${redisPassword}@redis:6379` }),
    secret('hub-keys', { HUB_KEYS: keys }),
    secret('hub-admin', { HUB_ADMIN_KEY: adminKey }),
  ]) {
    await plane.api('POST', `/api/v1/namespaces/${NAMESPACE}/secrets`, one);
  }
}, 900_000);

afterAll(async () => {
  await runner?.[Symbol.asyncDispose]();
  await plane?.[Symbol.asyncDispose]();
  await postgres?.[Symbol.asyncDispose]();
});

const objects = z.object({
  items: z.array(
    z.looseObject({
      metadata: z.looseObject({ name: z.string() }),
      spec: z.unknown().optional(),
      status: z.unknown().optional(),
    }),
  ),
});
const list = async (path: string) => objects.parse(await plane.api('GET', path)).items;
const deployments = () => list(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments`);
const pods = () => list(`/api/v1/namespaces/${NAMESPACE}/pods`);
const chartOn = (...flags: readonly string[]) => [
  'hub',
  CHART,
  '-n',
  NAMESPACE,
  '-f',
  join(VALUES, 'pooler.yaml'),
  '--set',
  'migration.nodeSelector.kubernetes\\.io/hostname=runner',
  ...flags,
];
const EVERYTHING = [
  ...['-f', join(VALUES, 'gateway.yaml'), '-f', join(VALUES, 'monitoring.yaml'), '-f', join(VALUES, 'ingress.yaml')],
  ...[
    '-f',
    join(VALUES, 'hpa.yaml'),
    '--set',
    'secrets.databaseDirectUrl.name=hub-database,secrets.databaseDirectUrl.key=direct',
  ],
];

async function query(sql: string): Promise<unknown[]> {
  const client = new pg.Client(postgres.url);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

/** As people read them: `hub-ha-mcp-hub-hub 2 of 2, image …:0.1.0`. */
async function running(): Promise<readonly string[]> {
  const shape = z.object({
    spec: z.object({
      replicas: z.number(),
      template: z.object({ spec: z.object({ containers: z.array(z.object({ image: z.string() })) }) }),
    }),
    status: z.object({ readyReplicas: z.number().default(0) }),
  });
  return (await deployments()).map((one) => {
    const { spec, status } = shape.parse(one);
    return `${one.metadata.name} ${status.readyReplicas} of ${spec.replicas}, ${spec.template.spec.containers[0]?.image}`;
  });
}

describe('in a real Kubernetes API server', () => {
  it('the namespace refuses a pod that is not restricted', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'loose' },
      spec: { containers: [{ name: 'a', image: 'a' }] },
    };
    await expect(plane.api('POST', `/api/v1/namespaces/${NAMESPACE}/pods`, pod)).rejects.toThrow(
      /violates PodSecurity.*restricted/,
    );
  });

  it('an installation whose migration fails installs nothing and says which Job it was', async () => {
    const { code, stderr } = await plane.helm(
      'install',
      ...chartOn('--set', 'migration.backoffLimit=0', '--timeout', '120s'),
    );
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('hub-ha-mcp-hub-migration') });
    expect(runner.runs).toMatchObject([{ args: ['services/hub/dist/migrate.js'], code: 1 }]);
    expect(await deployments()).toEqual([]);
    expect(await plane.helm('uninstall', 'hub', '-n', NAMESPACE)).toMatchObject({ code: 0 });
  });

  it('is installed, with the migration really run before any hub is there, and becomes ready', async () => {
    await plane.api(
      'PATCH',
      `/api/v1/namespaces/${NAMESPACE}/secrets/hub-database`,
      { stringData: { direct: postgres.url } },
      'application/merge-patch+json',
    );
    const spoken = await plane.helm('install', ...chartOn('--wait', '--timeout', '240s'));
    expect(spoken).toMatchObject({ code: 0, stderr: expect.not.stringContaining('PodSecurity') });
    expect(runner.runs.at(-1)).toMatchObject({ image: 'ha-mcp-hub/hub:0.1.0', code: 0 });
    expect(
      await query(
        "select count(*)::int > 3 as done from pg_tables where tablename in ('home', 'connector', 'job', 'migration', 'tenant')",
      ),
    ).toEqual([{ done: true }]);
    expect(await running()).toEqual([
      'hub-ha-mcp-hub-hub 2 of 2, ha-mcp-hub/hub:0.1.0',
      'hub-ha-mcp-hub-worker 2 of 2, ha-mcp-hub/worker:0.1.0',
    ]);
    // The policy that let the migration out went with it.
    const policies = await list(`/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies`);
    expect(policies.map(({ metadata }) => metadata.name)).toEqual([
      'hub-ha-mcp-hub-deny',
      'hub-ha-mcp-hub-hub',
      'hub-ha-mcp-hub-worker',
    ]);
  });

  it('is upgraded to the next version with all there is, its migration first', async () => {
    const spoken = await plane.helm(
      'upgrade',
      ...chartOn(...EVERYTHING, '--set', `image.tag=${NEWER}`, '--wait', '--timeout', '240s'),
    );
    expect(spoken).toMatchObject({ code: 0, stderr: expect.not.stringContaining('PodSecurity') });
    expect(runner.runs.at(-1)).toMatchObject({ image: `ha-mcp-hub/hub:${NEWER}`, code: 0 });
    expect(await query("select to_regclass('proof') is not null as is_there")).toEqual([{ is_there: true }]);
    // Handed to an autoscaler, a Deployment has one pod until that one's first look.
    const both = ['deployment/hub-ha-mcp-hub-hub', 'deployment/hub-ha-mcp-hub-worker'];
    const scaled = await plane.kubectl('wait', '--for=jsonpath={.status.readyReplicas}=2', '--timeout=90s', ...both);
    expect(scaled).toMatchObject({ code: 0 });
    expect(await running()).toEqual([
      `hub-ha-mcp-hub-hub 2 of 2, ha-mcp-hub/hub:${NEWER}`,
      `hub-ha-mcp-hub-worker 2 of 2, ha-mcp-hub/worker:${NEWER}`,
    ]);
    const made = async (path: string) => (await list(path)).map(({ metadata }) => metadata.name);
    expect(await made(`/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/httproutes`)).toEqual([
      'hub-ha-mcp-hub',
    ]);
    expect(await made(`/apis/monitoring.coreos.com/v1/namespaces/${NAMESPACE}/servicemonitors`)).toEqual([
      'hub-ha-mcp-hub',
    ]);
    expect(await made(`/apis/monitoring.coreos.com/v1/namespaces/${NAMESPACE}/prometheusrules`)).toEqual([
      'hub-ha-mcp-hub',
    ]);
    expect(await made(`/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/ingresses`)).toEqual(['hub-ha-mcp-hub']);
    expect(await made(`/apis/autoscaling/v2/namespaces/${NAMESPACE}/horizontalpodautoscalers`)).toHaveLength(2);
  });

  it('is rolled back without a migration, and what came with the upgrade is gone', async () => {
    const before = runner.runs.length;
    expect(await plane.helm('rollback', 'hub', '-n', NAMESPACE, '--wait', '--timeout', '240s')).toMatchObject({
      code: 0,
    });
    expect(runner.runs).toHaveLength(before);
    expect(await running()).toEqual([
      'hub-ha-mcp-hub-hub 2 of 2, ha-mcp-hub/hub:0.1.0',
      'hub-ha-mcp-hub-worker 2 of 2, ha-mcp-hub/worker:0.1.0',
    ]);
    expect(await list(`/apis/gateway.networking.k8s.io/v1/namespaces/${NAMESPACE}/httproutes`)).toEqual([]);
    expect(await query("select to_regclass('proof') is not null as is_there")).toEqual([{ is_there: true }]);
  });

  it('no pod got a token of the cluster, and all keep to the user of the image', async () => {
    const shape = z.object({
      spec: z.looseObject({
        automountServiceAccountToken: z.boolean(),
        securityContext: z.object({ runAsUser: z.number() }),
        volumes: z.array(z.object({ name: z.string() })),
      }),
    });
    const all = await pods();
    expect(all.length).toBeGreaterThan(3);
    for (const pod of all) {
      const { spec } = shape.parse(pod);
      expect({
        token: spec.automountServiceAccountToken,
        user: spec.securityContext.runAsUser,
        volumes: spec.volumes.map(({ name }) => name),
      }).toEqual({ token: false, user: 10001, volumes: ['tmp'] });
    }
  });

  it.each(['single', 'large', 'tls', 'closed-network', 'no-migration', 'private-registry', 'hpa-external'])(
    'the server takes every object of the values %s',
    async (set) => {
      const { stdout } = await plane.helm(
        'template',
        'other',
        CHART,
        '-n',
        NAMESPACE,
        '-f',
        join(VALUES, `${set}.yaml`),
      );
      const file = join(plane.dir, `${set}.yaml`);
      await writeFile(file, stdout);
      const { code, stderr } = await plane.kubectl(
        'apply',
        '--server-side',
        '--dry-run=server',
        '--validate=strict',
        '-n',
        NAMESPACE,
        '-f',
        file,
      );
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    },
  );

  it('no process said a secret, nor its base64 form', async () => {
    const manifest = await plane.helm('get', 'all', 'hub', '-n', NAMESPACE);
    expect(manifest.stdout).toContain('secretKeyRef');
    await plane.kubectl('get', 'all,events', '-n', NAMESPACE, '-o', 'yaml');
    const said = new Map([...plane.said].map(([name, text]) => [name, text()]));
    for (const name of ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok']) {
      expect(said.get(name)?.length, name).toBeGreaterThan(100);
    }
    expect([...said.keys()].filter((name) => name.startsWith('pod ')).length).toBeGreaterThan(2);
    const forms = [...secrets, 'wrong-one'].flatMap((secret) => [secret, Buffer.from(secret).toString('base64')]);
    const leaks = [...said].flatMap(([name, text]) =>
      forms.flatMap((form, at) => (text.includes(form) ? [`${name}: form ${at}`] : [])),
    );
    expect(leaks).toEqual([]);
    // The look itself sees what is there to be seen.
    const shown = await plane.kubectl('get', 'secret', 'hub-admin', '-n', NAMESPACE, '-o', 'yaml');
    expect(forms.some((form) => shown.stdout.includes(form))).toBe(true);
  });

  it('is uninstalled without a rest but what its owner made', async () => {
    expect(await plane.helm('uninstall', 'hub', '-n', NAMESPACE, '--wait', '--timeout', '120s')).toMatchObject({
      code: 0,
    });
    expect(await deployments()).toEqual([]);
    expect(await list(`/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies`)).toEqual([]);
  });
});

/** Three simulated nodes in two zones, and one on which this test runs what Jobs ask for. */
function nodes(): object[] {
  const node = (name: string, labels: Readonly<Record<string, string>>) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...labels } },
    status: {
      allocatable: { cpu: '8', memory: '32Gi', pods: '50' },
      capacity: { cpu: '8', memory: '32Gi', pods: '50' },
      conditions: [
        {
          type: 'Ready',
          status: 'True',
          reason: 'KubeletReady',
          lastHeartbeatTime: new Date(),
          lastTransitionTime: new Date(),
        },
      ],
    },
  });
  return [
    ...['a', 'b', 'c'].map((name) =>
      node(`simulated-${name}`, { kwok: 'yes', 'topology.kubernetes.io/zone': name === 'c' ? 'two' : 'one' }),
    ),
    node('runner', {}),
  ];
}

/** Files of a Go module, from the module cache. */
async function moduleFiles(module: string, pattern: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)('go', ['mod', 'download', '-json', module], {
    cwd: import.meta.dirname,
  });
  const { Dir } = z.object({ Dir: z.string() }).parse(JSON.parse(stdout));
  const files = globSync(pattern, { cwd: Dir }).map((path) => join(Dir, path));
  if (files.length === 0) throw new Error(`${module} has no ${pattern}`);
  // A kustomization is not an object of a cluster.
  return files.filter((file) =>
    parseAllDocuments(readFileSync(file, 'utf8')).some((one) =>
      /CustomResourceDefinition|ValidatingAdmissionPolicy/.test(String(one.get('kind'))),
    ),
  );
}
