import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const configSchema = z.looseObject({
  version: z.string(),
  location_name: z.string(),
  time_zone: z.string(),
  state: z.string(),
  components: z.array(z.string()),
});

export type CoreConfig = z.infer<typeof configSchema>;

/** The home's own settings: place, units, version, loaded components. Source: HA `get_config`. @throws Fault */
export async function readCoreConfig(home: Home, options: CallOptions = {}): Promise<CoreConfig> {
  return configSchema.parse(await home.send({ type: 'get_config' }, { ...options, isWrite: false }));
}
