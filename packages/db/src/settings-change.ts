import type { Trx } from './database.ts';

type Settings = Readonly<Record<string, unknown>>;

/** All settings anew, or made of those stored while nobody else can write them: of two changes at once none is lost. */
export type SettingsChange = Settings | ((stored: Settings) => Settings);

/** The column to write; the row stays locked until the transaction ends. */
export async function settingsColumn(
  trx: Trx,
  { table, tenantId, id }: { readonly table: 'home' | 'connector'; readonly tenantId: string; readonly id: string },
  change: SettingsChange | undefined,
): Promise<{ readonly settings?: string }> {
  if (typeof change !== 'function') return change === undefined ? {} : { settings: JSON.stringify(change) };
  const row = await trx
    .selectFrom(table)
    .select('settings')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return { settings: JSON.stringify(change((row?.settings ?? {}) as Settings)) };
}
