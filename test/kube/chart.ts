import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments, stringify } from 'yaml';
import { z } from 'zod';
import { ROOT } from '../docs/pages.ts';
import { KUBE_BIN } from './binaries.ts';

export const CHART = join(ROOT, 'deploy/helm/ha-mcp-hub');
export const VALUES = join(import.meta.dirname, 'values');

export const valueSets = globSync('*.yaml', { cwd: VALUES })
  .map((name) => basename(name, '.yaml'))
  .sort();

const object = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.unknown().optional(),
  data: z.record(z.string(), z.string()).optional(),
});

/** Each object of a render by `Kind/name`, in that order. */
export type Render = ReadonlyMap<string, z.infer<typeof object>>;

/** What the chart makes of a file of values, without a cluster. @throws Error with what helm said */
export async function render(set: string, ...flags: readonly string[]): Promise<Render> {
  const { stdout } = await helm('template', 'hub', CHART, '-n', 'hub', '-f', join(VALUES, `${set}.yaml`), ...flags);
  const objects = parseAllDocuments(stdout).flatMap((document) => {
    const content: unknown = document.toJS();
    return content ? [object.parse(content)] : [];
  });
  return new Map(
    objects.map((one) => [`${one.kind}/${one.metadata.name}`, one] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

export function helm(...args: readonly string[]) {
  return promisify(execFile)(join(KUBE_BIN, 'helm'), args, { maxBuffer: 32 * 1024 * 1024 });
}

/** What `to` has otherwise than `from`: objects gone, values changed by their path, objects new. */
export function difference(from: Render, to: Render): string {
  [from, to] = [briefly(from), briefly(to)];
  const gone = [...from.keys()].filter((key) => !to.has(key)).map((key) => `# gone: ${key}\n`);
  const changed = [...to].flatMap(([key, one]) => changes(from.get(key), one).map((line) => `# ${key} ${line}\n`));
  const added = [...to].filter(([key]) => !from.has(key)).map(([, one]) => write(one));
  return [...gone, ...changed, added.join('---\n')].join('');
}

/** Without the texts that come from `grafana/`: they change for their own reasons and have their own test. */
function briefly(made: Render): Render {
  const brief = (one: z.infer<typeof object>) => {
    if (one.kind === 'PrometheusRule') return { ...one, spec: 'alerts of grafana/' };
    if (one.data === undefined) return one;
    return { ...one, data: Object.fromEntries(Object.keys(one.data).map((name) => [name, 'a dashboard of grafana/'])) };
  };
  return new Map([...made].map(([key, one]) => [key, brief(one)]));
}

function changes(from: unknown, to: unknown): string[] {
  if (from === undefined) return [];
  const [before, after] = [new Map(leaves(from, '')), new Map(leaves(to, ''))];
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    .map((path) => `${path}: ${before.get(path) ?? 'not there'} → ${after.get(path) ?? 'not there'}`);
}

/** Each value below a path; things with a name go by it, as their place among others means nothing. */
function leaves(at: unknown, path: string): [string, string][] {
  if (typeof at !== 'object' || at === null || Object.keys(at).length === 0) return [[path, JSON.stringify(at)]];
  return Object.entries(at).flatMap(([key, inner]: [string, unknown]) => {
    const { data: name } = z
      .looseObject({ name: z.string() })
      .transform((one) => one.name)
      .safeParse(inner);
    return leaves(inner, `${path}${path === '' ? '' : '.'}${Array.isArray(at) && name !== undefined ? name : key}`);
  });
}

function write(one: unknown): string {
  return stringify(one, { lineWidth: 0, aliasDuplicateObjects: false });
}
