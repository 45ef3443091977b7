import type { Contender } from './contenders.ts';
import type { Samples, Traffic } from './load/traffic.ts';
import type { HubUsage } from './measured-hub.ts';

export interface Pace {
  readonly warmMs: number;
  readonly measureMs: number;
  /** Slices per row; those of all rows take turns, so that what else the machine does falls on all alike. */
  readonly rounds: number;
}

export interface Row {
  readonly title: string;
  readonly era: string | undefined;
  readonly atOnce: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly callsPerS: number;
  /** The hub process's own, without its database. Undefined when the hub was not asked. */
  readonly hubCpuMsPerCall: number | undefined;
  /** The same of Home Assistant itself. */
  readonly beside: { readonly title: string; readonly moreMs: number; readonly timesTheRate: number } | undefined;
  /** What the median may take; undefined where nothing was promised, or several are asked at once. */
  readonly budgetMs: number | undefined;
  readonly failures: number;
  readonly firstFailure: string | undefined;
  /** How much of one core the load generator used at most; near 1 it was the limit. */
  readonly generatorBusy: number;
}

export interface Compared {
  drive(traffic: Traffic, pace: Pace): Promise<Samples>;
  usage(): Promise<HubUsage>;
}

interface Collected {
  readonly contender: Contender;
  readonly samples: Samples[];
  cpuS: number;
}

/** All rows at one number of asks at once, slices of all rows taking turns. */
export async function compare(
  contenders: readonly Contender[],
  atOnce: number,
  pace: Pace,
  { drive, usage }: Compared,
): Promise<readonly Row[]> {
  const collected = contenders.map((contender): Collected => ({ contender, samples: [], cpuS: 0 }));
  for (let round = 0; round < pace.rounds; round++) {
    for (const one of collected) {
      const before = await usage();
      one.samples.push(await drive(one.contender.traffic(lanesFor(one.contender, atOnce)), pace));
      one.cpuS += (await usage()).cpuS - before.cpuS;
    }
  }
  const rows = collected.map((one) => toRow(one, atOnce));
  return rows.map((row, at) => ({ ...row, beside: besideOf(row, contenders[at]?.beside, rows) }));
}

function lanesFor({ maxAtOnce }: Contender, atOnce: number): number {
  return Math.min(maxAtOnce ?? atOnce, atOnce);
}

function toRow({ contender, samples, cpuS }: Collected, atOnce: number): Row {
  const sorted = samples.flatMap(({ durationsUs }) => durationsUs).sort((a, b) => a - b);
  const measuredMs = sum(samples, (one) => one.measuredMs);
  const percentileMs = (share: number) => (sorted[Math.floor(share * sorted.length)] ?? Number.NaN) / 1_000;
  return {
    title: contender.title,
    era: contender.era,
    atOnce: lanesFor(contender, atOnce),
    p50Ms: percentileMs(0.5),
    p95Ms: percentileMs(0.95),
    p99Ms: percentileMs(0.99),
    callsPerS: (sorted.length / measuredMs) * 1_000,
    hubCpuMsPerCall: contender.era ? (cpuS * 1_000) / sum(samples, (one) => one.answers) : undefined,
    beside: undefined,
    budgetMs: atOnce === 1 ? contender.budgetMs : undefined,
    failures: sum(samples, (one) => one.failures),
    firstFailure: samples.find(({ firstFailure }) => firstFailure !== undefined)?.firstFailure,
    generatorBusy: Math.max(...samples.map(({ busy }) => busy)),
  };
}

function besideOf(row: Row, title: string | undefined, rows: readonly Row[]): Row['beside'] {
  const other = rows.find((one) => one.title === title);
  if (!other) return undefined;
  return { title: other.title, moreMs: row.p50Ms - other.p50Ms, timesTheRate: row.callsPerS / other.callsPerS };
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
