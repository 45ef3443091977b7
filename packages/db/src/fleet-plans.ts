import { newId } from '@hub/core/ids.ts';
import { z } from 'zod';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { jsonText } from './json-text.ts';

/** Whose plan, and for exactly what. */
export interface FleetPlanFor {
  readonly tenantId: string;
  readonly connectorId: string;
  /** Of the request as it was parsed. */
  readonly digest: string;
}

export interface FleetPlan {
  readonly id: string;
  readonly expiresAt: Date;
}

const LIFE_MS = 15 * 60_000;
const ringsShape = z.array(z.array(z.string()));

/** Keeps what was shown, homes in rings, for one write within 15 minutes. @throws Fault STORAGE_UNAVAILABLE */
export async function savePlan(
  db: Database,
  { tenantId, connectorId, digest }: FleetPlanFor,
  rings: readonly (readonly string[])[],
): Promise<FleetPlan> {
  const [id, expiresAt] = [newId(), new Date(Date.now() + LIFE_MS)];
  await tenantTrx(db, tenantId, async (trx) => {
    await trx.deleteFrom('fleet_plan').where('tenant_id', '=', tenantId).where('expires_at', '<', new Date()).execute();
    await trx
      .insertInto('fleet_plan')
      .values({
        ...{ id, tenant_id: tenantId, connector_id: connectorId, request_digest: digest },
        ...{ rings: jsonText(rings), expires_at: expiresAt },
      })
      .execute();
  });
  return { id, expiresAt };
}

/**
 * Spends a plan, in the transaction that stores its job: undefined when it is not there, another's, for something else, spent or
 * too old. Two at once: one of them gets it.
 */
export async function usePlan(
  trx: Trx,
  { tenantId, connectorId, digest }: FleetPlanFor,
  planId: string,
): Promise<readonly (readonly string[])[] | undefined> {
  const row = await trx
    .updateTable('fleet_plan')
    .set({ used_at: new Date() })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', planId)
    .where('connector_id', '=', connectorId)
    .where('request_digest', '=', digest)
    .where('used_at', 'is', null)
    .where('expires_at', '>', new Date())
    .returning('rings')
    .executeTakeFirst();
  return row && ringsShape.parse(row.rings);
}
