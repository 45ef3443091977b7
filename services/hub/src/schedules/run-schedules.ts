import { windowsAt } from '@hub/core/maintenance-windows.ts';
import { nextStart } from '@hub/core/next-tick.ts';
import { pause } from '@hub/core/pause.ts';
import type { Database } from '@hub/db/database.ts';
import { type StartSchedule, startDueSchedules } from '@hub/db/schedules.ts';
import type { Queue } from '@hub/queue/queue.ts';
import type { Log } from '@hub/runtime/log.ts';
import { OPERATOR } from '../api/operator.ts';
import { keepsWindows, scheduledArgs, scheduledKind } from './scheduled-jobs.ts';

const EVERY_MS = 5_000;
/** Behind what somebody waits for: a night's backups of a thousand homes hold up no person. */
const PRIORITY = -1;

/** Starts jobs by the clock until the signal ends it. All replicas take part; never throws. */
export async function runSchedules(db: Database, queue: Queue, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await startDue(db, queue, log).catch((error: unknown) => log.warn({ err: error }, 'schedules have to wait'));
    await pause(EVERY_MS, signal);
  }
}

/**
 * Once. A job of the same schedule that is not finished yet is that one; what changes a home waits until a maintenance window of
 * it opens, and begins nothing after it closes. @throws Fault STORAGE_UNAVAILABLE
 */
export async function startDue(db: Database, queue: Queue, log: Log): Promise<number> {
  const onError = (error: unknown, scheduleId: string) =>
    log.warn({ err: error, scheduleId }, 'a schedule could not start its job');
  const start: StartSchedule = async (schedule, trx) => {
    const { id, homeId, cron, timeZone, tenantId } = schedule;
    const now = new Date();
    const kind = scheduledKind.parse(schedule.kind);
    const window = windowsAt(keepsWindows(kind) ? schedule.windows : [], timeZone, now);
    if (!window.isOpen) return { jobId: undefined, nextAt: window.opensAt };
    const notAfter = window.closesAt && { notAfter: window.closesAt.toISOString() };
    const args = { ...scheduledArgs(kind, schedule.args), ...notAfter };
    const dedupKey = `schedule:${id}`;
    const asked = { tenantId, homeId, kind, args, actor: OPERATOR, dedupKey, priority: PRIORITY };
    const { job } = await queue.enqueue(asked, trx);
    return { jobId: job.id, nextAt: nextStart(cron, timeZone, now) };
  };
  const started = await startDueSchedules(db, start, onError);
  if (started > 0) queue.hint();
  return started;
}
