import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const checkedSchema = z.record(z.string(), z.looseObject({ valid: z.boolean(), error: z.string().nullish() }));

/** Whether triggers, conditions and actions can be loaded, each for itself, as the editor asks before it saves. Source: HA `validate_config`. @throws Fault */
export async function validateConfig(
  home: Home,
  parts: Readonly<Record<string, unknown>>,
  options: CallOptions = {},
): Promise<z.infer<typeof checkedSchema>> {
  return checkedSchema.parse(await home.send({ ...parts, type: 'validate_config' }, { ...options, isWrite: false }));
}
