import type { Database } from '@hub/db/database.ts';
import { listSavedTools, readSavedTool, saveTool } from '@hub/db/saved-tools.ts';
import type { Vault } from '@hub/db/vault.ts';
import type { SavedToolsPort } from '@hub/tools/define.ts';
import type { ConnectorAccess } from './connector-access.ts';

/** The programs one connector keeps. */
export function createSavedTools(
  { db, vault }: { readonly db: Database; readonly vault: Vault },
  connector: ConnectorAccess,
): SavedToolsPort {
  const owner = { tenantId: connector.tenantId, connectorId: connector.id };
  return {
    list: () => listSavedTools(db, owner),
    read: (name) => readSavedTool(db, vault, owner, name),
    save: (tool) => saveTool(db, vault, owner, tool),
  };
}
