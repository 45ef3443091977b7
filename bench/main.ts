/**
 * Measures the hub beside Home Assistant itself: `npm run bench -- [--quick] [--cluster] [--only NAME] [--rows WORD] [--json FILE]`.
 * Everything it measures it starts itself and ends again. How to read the figures: docs/performance.md.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { realHome } from '../test/real-home/launch.ts';
import { clusterLines, measureCluster } from './cluster.ts';
import type { Pace } from './compare.ts';
import { measureLinkedHomes, measureRegisteredHomes } from './many-homes.ts';
import type { Era } from './mcp-client.ts';
import { measureOneHome } from './one-home.ts';
import { linkedLines, oneHomeLines, registeredLines } from './print.ts';
import { LARGE_SIZE, startHomes, USUAL_SIZE } from './simulated-homes.ts';
import { measureSweep, sweepLines } from './sweep.ts';

interface Extent {
  readonly pace: Pace;
  readonly eras: readonly Era[];
  readonly linkedHomes: number;
  readonly registeredHomes: number;
  readonly settleMs: number;
  readonly clusterMs: number;
  /** Only rows whose title holds this. */
  readonly rows?: string | undefined;
}

const FULL: Extent = {
  pace: { warmMs: 400, measureMs: 1_200, rounds: 2 },
  eras: ['2025-11-25', '2026-07-28'],
  linkedHomes: 1_000,
  registeredHomes: 10_000,
  settleMs: 10_000,
  clusterMs: 10_000,
};
const QUICK: Extent = {
  pace: { warmMs: 150, measureMs: 300, rounds: 1 },
  eras: ['2025-11-25'],
  linkedHomes: 100,
  registeredHomes: 500,
  settleMs: 1_000,
  clusterMs: 2_000,
};

interface Section {
  readonly figures: object;
  readonly lines: readonly string[];
}

const SECTIONS: Readonly<Record<string, (extent: Extent) => Promise<Section | undefined>>> = {
  async real({ pace, eras, rows }) {
    await using home = await realHome();
    if (!home) return undefined;
    const figures = await measureOneHome({ home, eras, pace, atOnce: [1, 16], rows });
    return { figures, lines: oneHomeLines('A real home', figures) };
  },
  async simulated({ pace, eras, rows }) {
    await using simulated = await startHomes({ count: 1, size: USUAL_SIZE });
    const figures = await measureOneHome({ home: onlyOne(simulated.homes), eras, pace, atOnce: [1, 16], rows });
    return { figures, lines: oneHomeLines('A simulated home', figures) };
  },
  async large({ pace, rows }) {
    await using simulated = await startHomes({ count: 1, size: LARGE_SIZE });
    const figures = await measureOneHome({
      home: onlyOne(simulated.homes),
      eras: ['2025-11-25'],
      pace,
      atOnce: [1],
      rows,
    });
    return { figures, lines: oneHomeLines('A large simulated home', figures) };
  },
  async linked({ linkedHomes, settleMs }) {
    const figures = await measureLinkedHomes(linkedHomes, settleMs);
    return { figures, lines: linkedLines(figures) };
  },
  async cluster({ clusterMs }) {
    const figures = await measureCluster([1, 2, 3], clusterMs);
    return { figures, lines: clusterLines(figures) };
  },
  async sweep({ registeredHomes, linkedHomes }) {
    const figures = await measureSweep(registeredHomes, linkedHomes);
    return { figures, lines: sweepLines(figures) };
  },
  async registered({ registeredHomes, settleMs }) {
    const figures = await measureRegisteredHomes(100, registeredHomes, settleMs);
    return { figures, lines: registeredLines(figures) };
  },
};

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    cluster: { type: 'boolean', default: false },
    rows: { type: 'string' },
    json: { type: 'string' },
  },
});
const only = values.cluster ? ['cluster', 'sweep'] : values.only?.split(',');
const names = Object.keys(SECTIONS).filter((name) => only?.includes(name) ?? true);
if (names.length === 0) {
  console.error(`bench: there is no ${values.only}; there are: ${Object.keys(SECTIONS).join(', ')}`);
  process.exit(2);
}

async function run(): Promise<void> {
  const [cpu] = cpus();
  const about = {
    at: new Date().toISOString(),
    node: process.version,
    machine: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}`,
    loadAverage: loadavg()[0],
    isQuick: values.quick,
  };
  console.log(`${about.at}, Node ${about.node}, ${about.machine}, load average ${about.loadAverage?.toFixed(2)}\n`);
  const all: Record<string, object> = {};
  for (const name of names) {
    const section = await SECTIONS[name]?.({ ...(values.quick ? QUICK : FULL), rows: values.rows });
    if (!section) continue;
    all[name] = section.figures;
    console.log(section.lines.join('\n'));
  }
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify({ ...about, ...all }, undefined, 2)}\n`);
}

function onlyOne<T>(all: readonly T[]): T {
  const [one] = all;
  if (one === undefined) throw new Error('no home');
  return one;
}

// An interrupted run leaves no hub behind: each hub and child ends when its channel to this process closes.
await Promise.race([run(), once(process, 'SIGINT'), once(process, 'SIGTERM')]);
process.exit();
