import type { Metrics } from './metrics.ts';
import { noteSpan, SpanKind } from './spans.ts';

type Operation = 'select' | 'insert' | 'update' | 'delete' | 'other';

interface PoolCounts {
  readonly used: number;
  readonly idle: number;
  readonly waiting: number;
}

/** Statements in metrics and traces, by their first word alone, and how the pool stands. */
export function watchDatabase(metrics: Metrics) {
  return {
    onQuery(durationMs: number, operation: Operation): void {
      metrics.dbOperationDuration.observe({ db_operation_name: operation }, durationMs / 1_000);
      const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': operation };
      noteSpan(`postgresql ${operation}`, { kind: SpanKind.CLIENT, attributes }, durationMs);
    },
    onPool(counts: () => PoolCounts): void {
      metrics.onScrape(() => {
        const { used, idle, waiting } = counts();
        metrics.dbConnections.set({ db_client_connection_state: 'used' }, used);
        metrics.dbConnections.set({ db_client_connection_state: 'idle' }, idle);
        metrics.dbPendingRequests.set({}, waiting);
      });
    },
  };
}
