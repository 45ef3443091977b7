import { Fault } from '@hub/core/fault.ts';
import { readConnectorAccess } from '@hub/db/connector-access.ts';
import type { Database } from '@hub/db/database.ts';
import type { JobRecord } from '@hub/db/job-record.ts';
import { bodyOf } from './body-of.ts';
import { accessOf } from './connector-access.ts';
import type { Gate } from './gate.ts';

/** A call of a tool by a job, as its connector stands at this moment. @throws Fault AUTH_EXPIRED | as the call failed */
export async function callForJob(
  db: Database,
  gate: Pick<Gate, 'call'>,
  { tenantId, connectorId }: Pick<JobRecord, 'tenantId' | 'connectorId'>,
  call: {
    readonly tool: string;
    readonly args: Readonly<Record<string, unknown>>;
    readonly homeId: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<Record<string, unknown>> {
  const stored = connectorId === undefined ? undefined : await readConnectorAccess(db, tenantId, connectorId);
  if (!stored) throw new Fault('AUTH_EXPIRED', 'The connector that asked for this job is gone.');
  const { tool, args, homeId, signal } = call;
  const connector = accessOf(stored);
  return bodyOf(await gate.call({ connector, name: tool, args: homeId ? { ...args, home: homeId } : args, signal }));
}
