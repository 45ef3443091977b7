import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../docs/pages.ts';
import { hasHelm } from './binaries.ts';
import { CHART, difference, helm, type Render, render, VALUES, valueSets } from './chart.ts';
import { knownVariables } from './known-variables.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const templates = globSync('templates/*', { cwd: CHART }).map((name) => readFileSync(join(CHART, name), 'utf8'));

interface Node {
  readonly type?: string | readonly string[] | undefined;
  readonly description?: string | undefined;
  readonly properties?: Readonly<Record<string, Node>> | undefined;
  readonly items?: Node | undefined;
  readonly $defs?: Readonly<Record<string, Node>> | undefined;
  readonly additionalProperties?: unknown;
  readonly $ref?: string | undefined;
}
const node: z.ZodType<Node> = z.lazy(() =>
  z.looseObject({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    description: z.string().optional(),
    properties: z.record(z.string(), node).optional(),
    items: node.optional(),
    $defs: z.record(z.string(), node).optional(),
    $ref: z.string().optional(),
  }),
);
const schema = node.parse(JSON.parse(read('deploy/helm/ha-mcp-hub/values.schema.json')));

interface Place {
  readonly path: string;
  readonly at: Node;
}

function places(at: Node, path: string): Place[] {
  const inner = Object.entries(at.properties ?? {}).flatMap(([name, one]) => places(one, `${path}.${name}`));
  const items = at.items && !at.items.$ref ? places(at.items, `${path}[]`) : [];
  const shared = Object.entries(at.$defs ?? {}).flatMap(([name, one]) => places(one, name));
  return [{ path, at }, ...inner, ...items, ...shared];
}

describe('the schema of the values', () => {
  it('says of every value what it is, and takes no name that it does not know', () => {
    const all = places(schema, '');
    expect(all.length).toBeGreaterThan(100);
    // Labels and annotations have names of their owner's; helm itself sets `global` below another chart.
    const isOfTexts = ({ additionalProperties: each }: Node) =>
      z.object({ type: z.literal('string') }).safeParse(each).success;
    const isOpen = ({ path, at }: Place) =>
      at.type === 'object' && at.additionalProperties !== false && !isOfTexts(at) && path !== '.global';
    expect(all.filter(isOpen)).toEqual([]);
    expect(all.filter(({ path, at }) => path !== '' && !at.$ref && !at.description)).toEqual([]);
  });

  it('has a default in values.yaml for each value, and no default without a value', () => {
    const leaves = (at: Node): string[] =>
      Object.entries(at.properties ?? {}).flatMap(([name, inner]) =>
        inner.properties ? leaves(inner).map((path) => `${name}.${path}`) : [name],
      );
    const defaults = (at: unknown, known: Node): string[] =>
      Object.entries(z.record(z.string(), z.unknown()).parse(at)).flatMap(([name, value]) => {
        const inner = known.properties?.[name];
        return inner?.properties ? defaults(value, inner).map((path) => `${name}.${path}`) : [name];
      });
    // helm itself sets `global` below another chart
    const expected = leaves(schema).filter((path) => path !== 'global');
    expect(defaults(parse(read('deploy/helm/ha-mcp-hub/values.yaml')), schema).sort()).toEqual(expected.sort());
  });
});

describe('what the chart takes for granted', () => {
  it('every variable it sets is one that the hub or the worker reads', () => {
    const named = templates.flatMap((text) => [
      ...[...text.matchAll(/name: ([A-Z][A-Z0-9_]+)\b/g)].map(([, name = '']) => name),
      ...[...text.matchAll(/"hub\.secretEnv" \(list "([A-Z_]+)"/g)].map(([, name = '']) => name),
    ]);
    expect(named.length).toBeGreaterThan(15);
    // POD_IP is there for INTERNAL_ADDRESS alone
    expect(named.filter((name) => name !== 'POD_IP' && !knownVariables.has(name))).toEqual([]);
  });

  it('every variable of a service is set by it, but those it has no use for', () => {
    const isSet = (name: string) => templates.some((text) => new RegExp(`\\b${name}\\b`).test(text));
    expect([...knownVariables].filter((name) => !isSet(name)).sort()).toEqual([
      'AWS_SESSION_TOKEN', // keys that end have no place in a Secret
      'HOME_ASSISTANT_NAME', // a first home at the first start is for a hub of one household
      'HOME_ASSISTANT_TOKEN',
      'HOME_ASSISTANT_URL',
      'HOST', // the image listens everywhere
      'HUB_PG_BIN', // in the image
      'INTERNAL_HOST', // all addresses, and the ports as they are
      'INTERNAL_PORT',
      'JOBS_AT_ONCE', // workers run the jobs
      'OPS_HOST',
      'OPS_PORT',
      'PORT',
    ]);
  });

  it('the alert about memory comes before the limit at which the system ends a process', () => {
    const memory = z.string().regex(/^\d+[MG]i$/);
    const pod = z.object({ resources: z.object({ limits: z.object({ memory }) }) });
    const pods = z
      .object({ hub: pod, worker: pod, single: pod })
      .parse(parse(read('deploy/helm/ha-mcp-hub/values.yaml')));
    const [, alertsAt] = /process_resident_memory_bytes > (\S+)/.exec(read('grafana/alerts/ha-mcp-hub.yaml')) ?? [];
    for (const { resources } of Object.values(pods)) {
      const { memory: limit } = resources.limits;
      const bytes = Number.parseInt(limit, 10) * 1024 ** (limit.endsWith('Gi') ? 3 : 2);
      expect(Number(alertsAt), limit).toBeLessThan(bytes);
    }
  });

  it('every program it starts is built from a source that is there', () => {
    const programs = templates.flatMap((text) => [...text.matchAll(/services\/\w+\/dist\/[\w-]+\.js/g)].map(String));
    expect(new Set(programs).size).toBe(3);
    for (const program of programs) read(program.replace('/dist/', '/src/').replace('.js', '.ts'));
  });

  it('its ports are those the hub has unless told, and its probes are answered', () => {
    const config = read('services/hub/src/config.ts');
    for (const [variable, port] of [
      ['PORT', 9583],
      ['OPS_PORT', 9584],
      ['INTERNAL_PORT', 9585],
    ]) {
      expect(config).toContain(`${variable}: envPort.default(${port})`);
    }
    for (const path of ['/livez', '/readyz', '/metrics']) {
      expect(templates.join('')).toContain(`path: ${path}`);
      for (const service of ['hub', 'worker']) expect(read(`services/${service}/src/ops.ts`)).toContain(`'${path}'`);
    }
  });
});

describe.skipIf(!hasHelm)('with helm', { timeout: 120_000 }, () => {
  const bases: Record<string, Promise<Render>> = {};
  const base = (name: 'cluster' | 'single') => {
    bases[name] ??= render(name);
    return bases[name];
  };

  it.each(valueSets)('%s passes the strict linter and renders as before', async (set) => {
    const { stdout } = await helm('lint', '--strict', CHART, '-f', join(VALUES, `${set}.yaml`));
    expect(stdout).toContain('0 chart(s) failed');
    const made = await render(set);
    const mode = [...made.keys()].includes('StatefulSet/hub-ha-mcp-hub-hub') ? 'single' : 'cluster';
    const text = set === mode ? difference(new Map(), made) : difference(await base(mode), made);
    await expect(text).toMatchFileSnapshot(join(import.meta.dirname, 'golden', `${set}.yaml`));
  });

  it('carries the dashboards and alerts of grafana/ as they are', async () => {
    const made = await render('monitoring');
    const boards = globSync('grafana/dashboards/*.json', { cwd: ROOT }).map((path) => basename(path, '.json'));
    expect(boards.length).toBeGreaterThan(3);
    for (const board of boards) {
      const { data } = made.get(`ConfigMap/hub-ha-mcp-hub-${board}`) ?? {};
      expect(JSON.parse(data?.[`${board}.json`] ?? '')).toEqual(JSON.parse(read(`grafana/dashboards/${board}.json`)));
    }
    const { groups } = z.object({ groups: z.array(z.unknown()) }).parse(parse(read('grafana/alerts/ha-mcp-hub.yaml')));
    expect(made.get('PrometheusRule/hub-ha-mcp-hub')?.spec).toEqual({ groups });
  });

  it.each([
    ['hub.replica=3', "at '/hub': additional properties 'replica' not allowed"],
    ['hub.autoscaling.kind=vpa', "at '/hub/autoscaling/kind'"],
    ['networkPolicy.homes.port=443', "additional properties 'port' not allowed"],
    // The server would take it for all namespaces.
    ['networkPolicy.clients[0].namespaceSelector.matchLabel.a=b', "additional properties 'matchLabel' not allowed"],
    ['httpRoute.matches[0].paths.value=/', "additional properties 'paths' not allowed"],
    ['secrets.databaseUrl.value=postgres://u:p@h/d', "additional properties 'value' not allowed"],
    ['probes.timeoutSeconds=10', "at '/probes/timeoutSeconds': maximum"],
    ['settings.publicUrls={hub.example}', "at '/settings/publicUrls/0'"],
    ['tls.redisCa.secret=a,tls.redisCa.configMap=b', 'tls.redisCa names a Secret and a ConfigMap'],
    ['shutdown.drainSeconds=60', 'shutdown.gracePeriodSeconds must be at least'],
    ['httpRoute.enabled=true', 'httpRoute.parentRefs is empty'],
    ['hub.autoscaling.min=9', 'hub.autoscaling.max is below min'],
    ['secrets.hubKeys.name=', 'secrets.hubKeys.name is empty'],
  ])('refuses %s and names it', async (set, said) => {
    await expect(render('cluster', '--set', set)).rejects.toThrow(said);
  });
});
