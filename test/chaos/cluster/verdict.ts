import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ClusterAdmin } from '../../cluster/admin.ts';
import type { Ledger, Write } from './ledger.ts';
import { NONCE } from './nonce.ts';

export interface Verdict {
  readonly calls: number;
  /** In words that say that nothing was done. */
  readonly failedClearly: number;
  /** Nobody could tell whether it was done: by the hub's own word, or because the replica broke off with the answer. */
  readonly unknown: number;
  /** Said done and not done, said not done and done, done twice, or about another home: each in words. */
  readonly wrong: readonly string[];
  readonly jobs: { readonly accepted: number; readonly done: number; readonly failedHonestly: number };
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
}

const SETTLE_MS = 150_000;
const jobShape = z.object({ state: z.string(), attempt: z.number(), error: z.looseObject({}).optional() });

/** How often each nonce is in what the homes wrote down. */
export type Arrivals = ReadonlyMap<string, number>;

/** Compares what clients were told with what the homes wrote down themselves, asked for once all jobs have ended. */
export async function judge(
  ledger: Ledger,
  arrivals: () => Promise<Arrivals>,
  admin: ClusterAdmin,
  tenant: string,
): Promise<Verdict> {
  const jobs = await settledJobs(ledger, admin, tenant);
  const arrived = await arrivals();
  const countOf = (nonce: string) => arrived.get(nonce) ?? 0;
  const marks = jobs.map((job) => ({ job, count: countOf(job.nonce), is: markOf(job, countOf(job.nonce)) }));
  const say = (is: JobMark) =>
    marks
      .filter((one) => one.is === is)
      .map(
        ({ job, count }) =>
          `job ${job.id} (${job.nonce}) at ${job.home}: ${JSON.stringify(job.found)}, arrived ${count} times`,
      );
  const count = (is: JobMark) => marks.filter((one) => one.is === is).length;
  const told = (as: Write['told']) => ledger.writes.filter((one) => one.told === as).length;
  return {
    calls: ledger.reads + ledger.writes.length,
    ...{ failedClearly: told('refused') + ledger.refusedReads, unknown: told('unknown') },
    wrong: [
      ...ledger.wrongReads.map((read) => `an answer of another home: ${read}`),
      ...[...ledger.writes, ...ledger.notAccepted].flatMap((write) => complaintOf(write, countOf(write.nonce)) ?? []),
      ...say('wrong'),
    ],
    jobs: { accepted: jobs.length, done: count('done'), failedHonestly: count('failed honestly') },
    lost: say('lost'),
    doubled: say('doubled'),
  };
}

/** What speaks against what a client was told of a write; undefined when it is true. */
function complaintOf({ nonce, told, what, home }: Write, count: number): string | undefined {
  const about = `${what} ${nonce} at ${home}`;
  if (count > 1) return `${about}: arrived ${count} times`;
  if (told === 'done' && count === 0) return `${about}: said done, never arrived`;
  if (told === 'refused' && count > 0) return `${about}: said not done, arrived`;
  return undefined;
}

type JobMark = 'done' | 'failed honestly' | 'wrong' | 'lost' | 'doubled';

function markOf({ found }: SettledJob, count: number): JobMark {
  if (count > 1) return 'doubled';
  if (!found || UNFINISHED.includes(found.state)) return 'lost';
  if (found.state === 'done') return count === 1 ? 'done' : 'wrong';
  return found.state === 'failed' && count > 0 ? 'wrong' : 'failed honestly';
}

const UNFINISHED = ['queued', 'running'];

type SettledJob = Ledger['jobs'][number] & { readonly found: z.infer<typeof jobShape> | undefined };

async function settledJobs(ledger: Ledger, admin: ClusterAdmin, tenant: string): Promise<readonly SettledJob[]> {
  const until = performance.now() + SETTLE_MS;
  const look = async (id: string) =>
    admin
      .send('GET', `/tenants/${tenant}/jobs/${id}`)
      .then((answer) => jobShape.parse(answer))
      .catch((error: unknown) => {
        if (String(error).includes('404')) return undefined;
        throw error;
      });
  const ended: SettledJob[] = [];
  for (const job of ledger.jobs) {
    let found = await look(job.id);
    while (found && UNFINISHED.includes(found.state) && performance.now() < until) {
      await delay(250);
      found = await look(job.id);
    }
    ended.push({ ...job, found });
  }
  return ended;
}

/** Of the file that the simulated homes write. */
export async function readJournal(file: string): Promise<Arrivals> {
  return countNonces(await readFile(file, 'utf8'));
}

/** How often each nonce is in a text. */
export function countNonces(text: string): Arrivals {
  const counts = new Map<string, number>();
  for (const [nonce] of text.matchAll(NONCE)) counts.set(nonce, (counts.get(nonce) ?? 0) + 1);
  return counts;
}
