import type { Row } from './compare.ts';
import type { LinkedFigures, RegisteredFigures } from './many-homes.ts';
import type { OneHomeFigures } from './one-home.ts';

/** A load generator busier than this may itself have been the limit. */
const BUSY = 0.85;

export function oneHomeLines(title: string, figures: OneHomeFigures): readonly string[] {
  const { haVersion, entities, rows, overheadP99Ms, toolCalls } = figures;
  const failed = rows.filter(({ failures }) => failures > 0);
  return [
    `## ${title}: Home Assistant ${haVersion}, ${entities} entities`,
    '',
    ...table(
      [
        'asked',
        'of',
        'at once',
        'p50 ms',
        'budget ms',
        'p95 ms',
        'p99 ms',
        'calls/s',
        'hub CPU ms/call',
        'beside Home Assistant',
      ],
      rows.map(cells),
    ),
    '',
    `hub_overhead_seconds: 99 % of ${toolCalls} tool calls at or below ${overheadP99Ms} ms.`,
    ...(rows.some(({ generatorBusy }) => generatorBusy > BUSY)
      ? ['\\* the load generator was busy too; the hub can do more.']
      : []),
    ...failed.map((row) => `FAILED ${row.failures} times: ${row.title} at ${row.atOnce}: ${row.firstFailure}`),
    '',
  ];
}

export function linkedLines(figures: LinkedFigures): readonly string[] {
  const { homes, mirrored, linkMs, alone, linked, mirroredToo, idleCpu, readP50Ms } = figures;
  const row = (what: string, { rssMb, heapMb }: LinkedFigures['alone']) => [what, rssMb.toFixed(0), heapMb.toFixed(0)];
  return [
    `## ${homes} linked homes of 500 entities, ${mirrored} of them mirrored`,
    '',
    ...table(
      ['hub', 'RSS MB', 'heap MB'],
      [
        row('homes registered, none linked', alone),
        row(`${homes} linked`, linked),
        row(`and ${mirrored} mirrored`, mirroredToo),
      ],
    ),
    '',
    `Linked in ${(linkMs / 1_000).toFixed(1)} s. At rest ${(idleCpu * 100).toFixed(1)} % of one core. A read from a mirror, by fetch: ${readP50Ms.toFixed(2)} ms p50.`,
    '',
  ];
}

export function registeredLines(figures: RegisteredFigures): readonly string[] {
  const { few, many, fewStartMs, manyStartMs, fewRssMb, manyRssMb } = figures;
  return [
    `## ${many} registered homes beside ${few}`,
    '',
    ...table(
      ['registered', 'start s', 'RSS MB'],
      [
        [String(few), (fewStartMs / 1_000).toFixed(1), fewRssMb.toFixed(0)],
        [String(many), (manyStartMs / 1_000).toFixed(1), manyRssMb.toFixed(0)],
        ['more', ((manyStartMs - fewStartMs) / 1_000).toFixed(1), (manyRssMb - fewRssMb).toFixed(0)],
      ],
    ),
    '',
  ];
}

function cells(row: Row): readonly string[] {
  const { title, era, atOnce, p50Ms, budgetMs, p95Ms, p99Ms, callsPerS, hubCpuMsPerCall, beside, generatorBusy } = row;
  return [
    title,
    era === undefined ? 'Home Assistant' : `hub, ${era}`,
    String(atOnce),
    p50Ms.toFixed(2),
    budgetMs?.toFixed(1) ?? '',
    p95Ms.toFixed(2),
    p99Ms.toFixed(2),
    `${callsPerS.toFixed(0)}${generatorBusy > BUSY ? '*' : ''}`,
    hubCpuMsPerCall?.toFixed(2) ?? '',
    beside
      ? `${beside.moreMs < 0 ? '−' : '+'}${Math.abs(beside.moreMs).toFixed(2)} ms, ${beside.timesTheRate.toFixed(2)} × the calls/s`
      : '',
  ];
}

/** A Markdown table that reads well as plain text, too; all columns but the first two stand right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const isText = (at: number) => rows.every((row) => !/^[\d.−*]+$/.test(row[at] ?? ''));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, at) => (isText(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, at) => (isText(at) ? `${'-'.repeat(width + 2)}` : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)];
}
