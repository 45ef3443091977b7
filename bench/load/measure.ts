import { openHttpLanes } from './http-lanes.ts';
import type { Lane } from './lane.ts';
import type { Samples, Slice } from './traffic.ts';
import { openWsLanes } from './ws-lanes.ts';

/** Asks on all lanes at once for the time of the slice; an answer counts when it was asked for after the warm-up, however late it comes. */
export async function measure({ traffic, warmMs, measureMs }: Slice): Promise<Samples> {
  using lanes = traffic.kind === 'http' ? await openHttpLanes(traffic) : await openWsLanes(traffic);
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  const from = start + warmMs;
  const end = from + measureMs;
  const durationsUs: number[] = [];
  const failures: string[] = [];
  let answers = 0;
  let failed = 0;

  async function drive(lane: Lane): Promise<void> {
    for (let turn = 0, asked = performance.now(); asked < end; turn++) {
      const failure = await lane.ask(turn);
      const answered = performance.now();
      answers++;
      if (failure !== undefined) {
        failed++;
        if (failures.length === 0) failures.push(failure);
      } else if (asked >= from) durationsUs.push(Math.round((answered - asked) * 1_000));
      asked = answered;
    }
  }
  await Promise.all(lanes.all.map(drive));

  const done = performance.now();
  const { user, system } = process.cpuUsage(cpuBefore);
  const busy = (user + system) / 1_000 / (done - start);
  return { durationsUs, measuredMs: done - from, answers, failures: failed, firstFailure: failures[0], busy };
}
