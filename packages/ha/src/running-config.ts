import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const answerSchema = z.object({ config: z.record(z.string(), z.unknown()).nullable() });

/**
 * What a loaded automation or script runs by, written in the editor or in YAML; undefined when the entity is not loaded or has
 * none. Needs an administrator's token. Source: HA `automation/config`, `script/config`. @throws Fault
 */
export async function readRunningConfig(
  home: Home,
  kind: 'automation' | 'script',
  entityId: string,
  options: CallOptions = {},
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const answer = await home.send({ type: `${kind}/config`, entity_id: entityId }, { ...options, isWrite: false });
    return answerSchema.parse(answer).config ?? undefined;
  } catch (error) {
    if (error instanceof Fault && error.context['ha_error_code'] === 'not_found') return undefined;
    throw error;
  }
}
