import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

export const GRAFANA = fileURLToPath(new URL('../../grafana', import.meta.url));
export const RULES = join(GRAFANA, 'alerts/ha-mcp-hub.yaml');

const panelShape = z.object({
  type: z.string(),
  title: z.string().min(3),
  description: z.string().optional(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  links: z.array(z.object({ url: z.string() })).default([]),
  fieldConfig: z.object({ defaults: z.object({ unit: z.string() }) }).optional(),
  targets: z.array(z.object({ expr: z.string().optional(), legendFormat: z.string().optional() })).default([]),
});

const boardShape = z.object({ title: z.string(), uid: z.string(), panels: z.array(panelShape) });

export type BoardPanel = z.infer<typeof panelShape>;

export async function readBoards() {
  const names = globSync('dashboards/*.json', { cwd: GRAFANA }).sort();
  return Promise.all(
    names.map(async (name) => boardShape.parse(JSON.parse(await readFile(join(GRAFANA, name), 'utf8')))),
  );
}

const rulesShape = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          record: z.string().optional(),
          alert: z.string().optional(),
          expr: z.string(),
          labels: z.record(z.string(), z.string()).optional(),
          annotations: z.record(z.string(), z.string()).optional(),
        }),
      ),
    }),
  ),
});

export async function readRules() {
  const { groups } = rulesShape.parse(parse(await readFile(RULES, 'utf8')));
  return groups.flatMap(({ rules }) => rules);
}

/** What Grafana puts in place of its variables, for a young Prometheus. */
export function filledIn(expr: string): string {
  return expr
    .replaceAll(/\$__rate_interval|\$__range/g, '1m')
    .replaceAll(/\$(job|instance|tool)\b/g, '.*')
    .replaceAll('[30d]', '[1m]');
}

const WORDS = new Set([
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'and',
  'or',
  'unless',
  'bool',
  'offset',
]);

/** Names of metrics in an expression: every name that is no function, keyword, label or string. */
export function metricNames(expr: string): string[] {
  const bare = expr
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  const names = [...bare.matchAll(/(?<![\w:.])([a-zA-Z_:][\w:]*)\b(?!\s*\()/g)].map(([, name = '']) => name);
  return [...new Set(names.filter((name) => !WORDS.has(name)))];
}
