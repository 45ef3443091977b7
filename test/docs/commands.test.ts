import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { runHere } from '../../services/hub/src/testing/run-cli.ts';
import { makeDataDir, type RunningHub, removeDataDir, startHub } from '../start-hub.ts';
import { ROOT, readPages } from './pages.ts';

/** Blocks fenced with `sh run`: they work as they stand, with a home called Cabin and the connector that a start prints. */
const RUNNABLE = /^ *```sh run\n([\s\S]*?)^ *```$/gm;
/** A block of our commands alone that is not run. */
const NOT_RUN = /^ *```(?:sh)?\n((?: *(?:npm run )?hub [^\n]*\n)+) *```$/gm;
/** A name to fill in, a file of one's own, somebody else to ask, a secret to type. */
const NEEDS_MORE = /…|\b[A-Z]{2,}\b|\.csv\b|example\.| -(?:\s|$)/;
/** As the pages say: where a text says `hub …`, it means this. */
const HUB = 'hub() { npm run --silent hub -- "$@"; }';
/** `hub homes set NAME --ca ca.pem`, with or without `npm run` and `--` around it. */
const MENTIONED = /\bhub (?:-- )?([a-z]+)(?: ([a-z]+))?([^\n`;|&]*)/g;

const packageShape = z.object({ scripts: z.record(z.string(), z.string()) });

const pages = await readPages();
const blocks = pages.flatMap(({ name, text }) => [...text.matchAll(RUNNABLE)].map(([, block = '']) => [name, block]));

describe('a block of commands', () => {
  let home: SimulatedHome;
  let hub: RunningHub;
  let backups: string;
  beforeAll(async () => {
    [home, backups] = [await startSimulatedHome({ name: 'Cabin' }), await makeDataDir()];
    const own = { HOME_ASSISTANT_URL: home.url, HOME_ASSISTANT_TOKEN: home.token, HOME_ASSISTANT_NAME: 'Cabin' };
    hub = await startHub({ env: { ...own, BACKUP_STORE: backups } });
  });
  afterAll(async () => {
    await hub?.[Symbol.asyncDispose]();
    await home?.close();
    await removeDataDir(backups);
  });

  it.each(blocks)('of %s runs: %s', { timeout: 180_000 }, async (_name, block = '') => {
    expect(block).not.toContain('…');
    const PATH = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
    const env = { PATH, HUB_URL: hub.base, DATA_DIR: hub.dataDir, OPS_PORT: new URL(hub.opsBase).port };
    // Rejects with what was said when a command ends with anything but 0.
    await promisify(execFile)('sh', ['-ec', `${HUB}\n${block}`], { cwd: ROOT, env });
  });
});

it('every program that a page starts is a script of ours, which finds the Node it needs by itself', async () => {
  const { scripts } = packageShape.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const named = pages.flatMap(({ name, text }) =>
    [...text.matchAll(/\bnpm run (?:--silent )?([a-z][\w:]*)|\bnode ((?:services|scripts|packages)\/\S+)/g)].map(
      ([, script, file = '']) => ({ name, program: script ?? file }),
    ),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter(({ program }) => !(program in scripts))).toEqual([]);
});

it('every block of commands that can run is one that is run', () => {
  const left = pages.flatMap(({ name, text }) =>
    [...text.matchAll(NOT_RUN)].map(([, block = '']) => `${name}: ${block}`),
  );
  expect(left.filter((block) => !NEEDS_MORE.test(block))).toEqual([]);
});

it('every flag that a page names belongs to its command', async () => {
  const groups = await subcommandsOf([]);
  const named: { readonly flag: string; readonly words: readonly string[]; readonly where: string }[] = [];
  for (const { name, text } of pages) {
    for (const [where, group = '', verb = '', rest = ''] of text.matchAll(MENTIONED)) {
      if (!groups.has(group)) continue;
      const words = (await subcommandsOf([group])).has(verb) ? [group, verb] : [group];
      const flags = `${rest} `.match(/(?<=\s)--[a-z][a-z-]*(?=[\s,)])/g) ?? [];
      named.push(...flags.map((flag) => ({ flag, words, where: `${name}: ${where}` })));
    }
  }
  expect(named.length).toBeGreaterThan(20);
  const isKnown = await Promise.all(named.map(async ({ words, flag }) => (await helpOf(words)).includes(`${flag} `)));
  expect(named.filter((_, at) => !isKnown[at])).toEqual([]);
});

async function helpOf(words: readonly string[]): Promise<string> {
  return (await runHere([...words, '--help'])).stdout;
}

async function subcommandsOf(words: readonly string[]): Promise<Set<string>> {
  const [, list = ''] = (await helpOf(words)).split('Commands:\n');
  return new Set([...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name));
}
