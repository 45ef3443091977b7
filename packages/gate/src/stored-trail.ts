import { Fault } from '@hub/core/fault.ts';
import { type CallFacts, type SettledCall, writeBatch, writeIntent, writeOutcome } from '@hub/db/audit.ts';
import type { Database } from '@hub/db/database.ts';
import type { HomeHold } from '@hub/db/home-holders.ts';
import type { Log } from '@hub/runtime/log.ts';
import type { Metrics } from '@hub/runtime/metrics.ts';
import { argsDigest, argsSummary } from './args-summary.ts';
import type { Trail, TrailEnd, TrailEntry } from './trail.ts';

const BATCH_MS = 200;
/** With the database away this many calls are remembered; beyond it the oldest are dropped, which shows as a gap in `seq`. */
const MAX_HELD = 20_000;
/** Preparing a row for PostgreSQL takes 16 µs during which no call goes on. */
const MAX_BATCH = 200;

export interface StoredTrailDeps {
  readonly db: Database;
  readonly replicaId: string;
  /** By what this replica has a home that several share; undefined where it has all of them. */
  readonly holdOf?: ((homeId: string) => HomeHold | undefined) | undefined;
  readonly metrics: Metrics;
  readonly log: Log;
}

interface Held {
  readonly entry: TrailEntry;
  readonly end: TrailEnd;
  readonly seq: number;
  /** Made once the database was seen to be away: a row is short, an input may be megabytes. */
  readonly row?: SettledCall;
}

/** The audit trail in PostgreSQL: intents before the act, everything else in batches behind it. */
export function createStoredTrail({ db, replicaId, holdOf, metrics, log }: StoredTrailDeps): Trail {
  let held: Held[] = [];
  let seq = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let isDatabaseAway = false;

  const factsOf = (entry: TrailEntry, decision: CallFacts['decision'], number: number): CallFacts => ({
    tenantId: entry.tenantId,
    callId: entry.callId,
    homeId: entry.homeId,
    connectorId: entry.connectorId,
    actor: { kind: 'connector', id: entry.connectorId },
    tool: entry.tool,
    effect: entry.effect,
    decision,
    argsSummary: { ...argsSummary(entry.input), ...(entry.items.length > 0 ? { items: entry.items } : {}) },
    argsDigest: argsDigest(entry.input),
    at: entry.startedAt,
    replicaId,
    seq: number,
  });
  const settledOf = ({ entry, end, seq: number }: Held): SettledCall => ({
    ...factsOf(entry, decisionOf(end), number),
    outcome: end.outcome,
    faultCode: end.faultCode,
    durationMs: end.durationMs,
  });

  const rowOf = (one: Held) => one.row ?? settledOf(one);
  const withRow = (one: Held): Held => ({ ...one, row: rowOf(one), entry: { ...one.entry, input: undefined } });

  async function writeHeld(): Promise<void> {
    let size = MAX_BATCH;
    while (held.length > 0) {
      const batch = held.slice(0, size);
      const leave = (outcome: 'stored' | 'dropped') => {
        metrics.auditRows.inc({ outcome }, batch.length);
        const gone = new Set(batch);
        held = held.filter((one) => !gone.has(one));
        size = MAX_BATCH;
      };
      try {
        await writeBatch(db, batch.map(rowOf));
        isDatabaseAway = false;
        leave('stored');
      } catch (error) {
        if (isRefusedRow(error)) {
          // One row that can never be stored must not hold back everybody else's: it is found by halving, and left out.
          if (batch.length > 1) size = Math.ceil(batch.length / 2);
          else {
            log.error({ err: error, callId: batch[0]?.entry.callId }, 'an audit row cannot be stored');
            leave('dropped');
          }
          continue;
        }
        isDatabaseAway = true;
        held = held.map(withRow);
        log.warn({ err: error, held: held.length }, 'audit rows could not be stored yet');
        return;
      }
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing ??= writeHeld().finally(() => {
      writing = undefined;
      if (held.length > 0) arm(5 * BATCH_MS);
    });
    return writing;
  }

  function arm(delayMs: number): void {
    timer ??= setTimeout(() => void flush(), delayMs).unref();
  }

  metrics.onScrape(() => {
    const [oldest] = held;
    metrics.auditLag.set(
      {},
      oldest ? (Date.now() - oldest.entry.startedAt.getTime() - oldest.end.durationMs) / 1_000 : 0,
    );
  });

  return {
    async intend(entry) {
      const hold = entry.homeId === undefined ? undefined : holdOf?.(entry.homeId);
      await writeIntent(db, factsOf(entry, 'allow', ++seq), hold);
      metrics.auditRows.inc({ outcome: 'stored' });
    },
    async settle(entry, end) {
      try {
        await writeOutcome(db, settledOf({ entry, end, seq: ++seq }));
        metrics.auditRows.inc({ outcome: 'stored' });
      } catch (error) {
        // The intent is stored and reads "unknown" until someone looks; the answer to the caller stays true.
        metrics.auditRows.inc({ outcome: 'failed' });
        log.error({ err: error, callId: entry.callId }, 'the outcome of a write could not be stored');
      }
    },
    note(entry, end) {
      const one = { entry, end, seq: ++seq };
      held.push(isDatabaseAway ? withRow(one) : one);
      if (held.length > MAX_HELD) {
        held.shift();
        metrics.auditRows.inc({ outcome: 'dropped' });
      }
      arm(BATCH_MS);
    },
    async flush() {
      await flush();
      if (held.length > 0) await flush();
    },
  };
}

/** PostgreSQL answered, and does not take this very data. Source: its error classes 22 and 23. */
function isRefusedRow(error: unknown): boolean {
  if (error instanceof Fault) return error.code === 'VALIDATION_FAILED';
  return error instanceof Error && 'code' in error && /^2[23]\w{3}$/.test(String(error.code));
}

function decisionOf({ outcome, faultCode }: TrailEnd): CallFacts['decision'] {
  if (outcome !== 'refused') return 'allow';
  return faultCode === 'USER_APPROVAL_REQUIRED' ? 'ask' : 'deny';
}
