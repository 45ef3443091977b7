import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { steadyPort } from '../start-hub.ts';

const BIN = '/usr/bin/prometheus';
export const hasPrometheus = existsSync(BIN);

const answerShape = z.object({
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus extends AsyncDisposable {
  /** @throws Error when the expression does not parse */
  query(expr: string): Promise<readonly Series[]>;
  /** Names of all metrics that it has read. */
  names(): Promise<readonly string[]>;
  /** Traces that stand as examples on a metric's buckets. */
  examples(metric: string): Promise<string>;
}

/** Debian's Prometheus, reading one target each half second under the given rules. */
export async function startPrometheus(target: string, rules: string): Promise<Prometheus> {
  const dir = await mkdtemp(join(tmpdir(), 'hub-prometheus-'));
  const port = await steadyPort();
  const config = `global: { scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 1s }
rule_files: ['${rules}']
scrape_configs: [{ job_name: ha-mcp-hub, static_configs: [{ targets: ['${target}'] }] }]
`;
  await writeFile(join(dir, 'prometheus.yml'), config);
  const flags = ['--enable-feature=exemplar-storage', '--log.level=info', `--web.listen-address=127.0.0.1:${port}`];
  const paths = [`--config.file=${join(dir, 'prometheus.yml')}`, `--storage.tsdb.path=${join(dir, 'data')}`];
  const child = spawn(BIN, [...flags, ...paths], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (line.includes('ready to receive web requests')) break;
  }
  if (child.exitCode !== null) throw new Error(`Prometheus did not start:\n${said.join('\n')}`);
  child.stderr.resume();

  async function ask(path: string, params: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(params)}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${text}`);
    return JSON.parse(text);
  }
  return {
    async query(expr) {
      const { data } = answerShape.parse(await ask('query', { query: expr }));
      return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
    },
    async names() {
      return z.object({ data: z.array(z.string()) }).parse(await ask('label/__name__/values')).data;
    },
    async examples(metric) {
      const hourMs = 3_600_000;
      const span = { start: String((Date.now() - hourMs) / 1_000), end: String((Date.now() + hourMs) / 1_000) };
      return JSON.stringify(await ask('query_exemplars', { query: metric, ...span }));
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}
