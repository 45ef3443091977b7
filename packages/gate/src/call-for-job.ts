import { Fault } from '@hub/core/fault.ts';
import { PINNED } from '@hub/core/fleet-filter.ts';
import { closedUntil, OUTSIDE_WINDOWS } from '@hub/core/maintenance-windows.ts';
import { readConnectorAccess } from '@hub/db/connector-access.ts';
import type { Database } from '@hub/db/database.ts';
import { listHomeWindows } from '@hub/db/home-windows.ts';
import type { JobRecord } from '@hub/db/job-record.ts';
import { bodyOf } from './body-of.ts';
import { accessOf, type ConnectorAccess } from './connector-access.ts';
import type { Gate } from './gate.ts';

/**
 * A call of a tool by a job, as its connector stands at this moment; one that changes a home only while
 * that is not pinned and within its maintenance windows.
 * @throws Fault AUTH_EXPIRED | RESOURCE_LOCKED, MAINTENANCE_WINDOW_CLOSED (with `left_alone`: why) | as the call failed
 */
export async function callForJob(
  db: Database,
  gate: Pick<Gate, 'call'>,
  { tenantId, connectorId, effect }: Pick<JobRecord, 'tenantId' | 'connectorId' | 'effect'>,
  call: {
    readonly tool: string;
    readonly args: Readonly<Record<string, unknown>>;
    readonly homeId: string | undefined;
    readonly callId: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<Record<string, unknown>> {
  const connector = await connectorOfJob(db, { tenantId, connectorId });
  const { tool, args, homeId, callId, signal } = call;
  if (homeId !== undefined && effect !== 'read') await assertMayBegin(db, tenantId, homeId);
  const asked = homeId ? { ...args, home: homeId } : args;
  // What goes on as a job is given back at once: the caller follows it, and a hub that stops meanwhile cuts off no write.
  return bodyOf(await gate.call({ connector, name: tool, args: asked, callId, signal, handOverAfterMs: 0 }));
}

/** As it stands at this moment. @throws Fault AUTH_EXPIRED */
export async function connectorOfJob(
  db: Database,
  { tenantId, connectorId }: Pick<JobRecord, 'tenantId' | 'connectorId'>,
): Promise<ConnectorAccess> {
  const stored = connectorId === undefined ? undefined : await readConnectorAccess(db, tenantId, connectorId);
  if (!stored) throw new Fault('AUTH_EXPIRED', 'The connector that asked for this job is gone.');
  return accessOf(stored);
}

async function assertMayBegin(db: Database, tenantId: string, homeId: string): Promise<void> {
  const [home] = await listHomeWindows(db, tenantId, homeId);
  if (home?.isPinned) {
    throw new Fault('RESOURCE_LOCKED', 'The home is pinned: writes over many homes leave it alone.', {
      suggestion: `Let it go first: hub homes set ${home.home} --pinned false`,
      context: { left_alone: PINNED },
    });
  }
  const opensAt = home && closedUntil(home.windows, home.timeZone, new Date());
  if (opensAt === undefined) return;
  throw new Fault('MAINTENANCE_WINDOW_CLOSED', `The home is outside of its maintenance windows until ${opensAt}.`, {
    suggestion: 'Plan it again when the window is open.',
    context: { left_alone: OUTSIDE_WINDOWS, opens_at: opensAt },
  });
}
