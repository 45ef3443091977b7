import { Fault } from '@hub/core/fault.ts';
import { substituteBlueprint } from '@hub/ha/blueprints.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { getConfig } from './config-get.ts';
import type { ConfigKind } from './config-kinds.ts';
import type { SetInput } from './config-parameters.ts';

const usedSchema = z.looseObject({ path: z.string(), input: z.record(z.string(), z.unknown()).default({}) });

/**
 * The write that turns an item built on a blueprint into one with triggers and actions of its own: what the blueprint makes of its
 * inputs, under the item's own name. @throws Fault VALIDATION_INVALID_PARAMETER when it is built on none, or more was asked for
 */
export async function controlTaken<I extends SetInput>(
  { home, signal }: ToolContext,
  kind: ConfigKind,
  identifier: string | undefined,
  input: I,
): Promise<I> {
  const invalid = (message: string, suggestion: string) =>
    new Fault('VALIDATION_INVALID_PARAMETER', message, {
      suggestion,
      context: { parameter: 'take_control_of_blueprint', [kind.parameter]: identifier ?? null },
    });
  if (input.config !== undefined || input.python_transform !== undefined)
    throw invalid('take_control_of_blueprint goes without config and python_transform.', 'Do one after the other.');
  if (identifier === undefined) throw invalid(`\`${kind.parameter}\` is required.`, 'Name the item to convert.');
  const { config: stored, hash } = await getConfig(home, kind, identifier);
  const used = usedSchema.safeParse(stored['use_blueprint']);
  if (!used.success) throw invalid(`${identifier} is not built on a blueprint.`, 'There is nothing to take over.');
  const { path, input: values } = used.data;
  const body = await substituteBlueprint(home, kind.kind, path, values, { signal });
  const own = Object.entries(stored).filter(([key]) => !['use_blueprint', 'id', 'category'].includes(key));
  return { ...input, config: { ...body, ...Object.fromEntries(own) }, config_hash: input.config_hash ?? hash };
}
