import { Fault } from '@hub/core/fault.ts';
import { sql } from 'kysely';
import type { Database } from './database.ts';
import { tenantTrx } from './doors.ts';
import { openFrom, type SealPlace, sealFor, type Vault } from './vault.ts';

/** Whose saved tools: one connector of one tenant. */
export interface SavedToolOwner {
  readonly tenantId: string;
  readonly connectorId: string;
}

export interface SavedTool {
  readonly name: string;
  readonly justification: string;
  readonly updatedAt: Date;
}

const MAX_SAVED_TOOLS = 256;

/** By name. @throws Fault STORAGE_UNAVAILABLE */
export async function listSavedTools(db: Database, owner: SavedToolOwner): Promise<readonly SavedTool[]> {
  return await tenantTrx(db, owner.tenantId, async (trx) => {
    const rows = await trx
      .selectFrom('saved_tool')
      .select(['name', 'justification', 'updated_at'])
      .where('tenant_id', '=', owner.tenantId)
      .where('connector_id', '=', owner.connectorId)
      .orderBy('name')
      .execute();
    return rows.map(({ name, justification, updated_at }) => ({ name, justification, updatedAt: updated_at }));
  });
}

/** The program; undefined when this connector saved none of that name. @throws Fault STORAGE_UNAVAILABLE */
export async function readSavedTool(
  db: Database,
  vault: Vault,
  owner: SavedToolOwner,
  name: string,
): Promise<string | undefined> {
  return await tenantTrx(db, owner.tenantId, async (trx) => {
    const row = await trx
      .selectFrom('saved_tool')
      .select('sealed')
      .where('tenant_id', '=', owner.tenantId)
      .where('connector_id', '=', owner.connectorId)
      .where('name', '=', name)
      .executeTakeFirst();
    return row && (await openFrom(trx, vault, placeOf(owner, name), row.sealed)).toString();
  });
}

/** Stores a program, over an older one of that name. @throws Fault SANDBOX_LIMIT_EXCEEDED when the connector has its 256 | STORAGE_UNAVAILABLE */
export async function saveTool(
  db: Database,
  vault: Vault,
  owner: SavedToolOwner,
  tool: { readonly name: string; readonly justification: string; readonly code: string },
): Promise<void> {
  const { tenantId, connectorId } = owner;
  await tenantTrx(db, tenantId, async (trx) => {
    const sealed = await sealFor(trx, vault, placeOf(owner, tool.name), tool.code);
    // Counted under a lock of the connector, so that two at once cannot pass the limit.
    await sql`select pg_advisory_xact_lock(hashtext('saved_tool'), hashtext(${connectorId}))`.execute(trx);
    const { others } = await trx
      .selectFrom('saved_tool')
      .select(sql<number>`count(*)::int`.as('others'))
      .where('tenant_id', '=', tenantId)
      .where('connector_id', '=', connectorId)
      .where('name', '<>', tool.name)
      .executeTakeFirstOrThrow();
    if (others >= MAX_SAVED_TOOLS)
      throw new Fault(
        'SANDBOX_LIMIT_EXCEEDED',
        `This connector has ${MAX_SAVED_TOOLS} saved tools, as many as it may.`,
        {
          suggestion: 'Save it under the name of one that is not needed any more.',
        },
      );
    const { name, justification } = tool;
    await trx
      .insertInto('saved_tool')
      .values({ tenant_id: tenantId, connector_id: connectorId, name, justification, sealed })
      .onConflict((conflict) =>
        conflict
          .columns(['tenant_id', 'connector_id', 'name'])
          .doUpdateSet({ justification, sealed, updated_at: sql<Date>`now()` }),
      )
      .execute();
  });
}

function placeOf({ tenantId, connectorId }: SavedToolOwner, name: string): SealPlace {
  return { tenantId, table: 'saved_tool', row: `${connectorId} ${name}`, column: 'sealed' };
}
