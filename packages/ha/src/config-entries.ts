import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const entrySchema = z.looseObject({
  entry_id: z.string(),
  domain: z.string(),
  title: z.string(),
  state: z.string(),
});

export type ConfigEntry = z.infer<typeof entrySchema>;

/** Integrations that are set up, one row per account, hub or device; of one domain when given. Source: HA `config_entries/get`. @throws Fault */
export async function listConfigEntries(
  home: Home,
  domain?: string,
  options: CallOptions = {},
): Promise<readonly ConfigEntry[]> {
  const command = { type: 'config_entries/get', ...(domain === undefined ? {} : { domain }) };
  return z.array(entrySchema).parse(await home.send(command, { ...options, isWrite: false }));
}
