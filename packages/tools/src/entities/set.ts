import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineTool } from '../define.ts';
import { successShape } from '../shared/parameters.ts';
import { checkInput } from './check-input.ts';
import { entryShape } from './format-entry.ts';
import { setEntityInput } from './set-input.ts';
import { setMany } from './set-many.ts';
import { setOne } from './set-one.ts';

const rowShape = z.looseObject({ entity_id: z.string() });

export const tool = defineTool({
  name: 'ha_set_entity',
  title: 'Set Entity',
  docs: 'Changes how an entity is set up: name, area, icon, labels, aliases, hidden, enabled, options, voice exposure, entity id. Only what is given changes. Lists take labels, categories and expose_to. To switch a device use ha_call_service; to stop an automation automation.turn_off.',
  tags: ['Entity Registry'],
  scope: 'home',
  effect: 'configure',
  idempotent: true,
  input: setEntityInput,
  output: z.looseObject({
    success: z.boolean(),
    warnings: successShape.warnings,
    entity_id: z.string().optional(),
    updates: z.array(z.string()).optional(),
    entity_entry: entryShape.optional(),
    total: z.number().int().optional(),
    succeeded: z.array(rowShape).optional(),
    failed: z.array(rowShape).optional(),
  }),
  items: ({ entity_id }) => idsOf(entity_id).map((id) => ({ kind: 'entity', id })),
  async run(call, context) {
    const ids = [...new Set(idsOf(call.entity_id))];
    const [first] = ids;
    if (first === undefined || ids.includes('')) {
      throw new Fault('VALIDATION_INVALID_PARAMETER', '`entity_id` is empty.', {
        suggestion: 'Name at least one entity, e.g. light.kitchen.',
        context: { parameter: 'entity_id' },
      });
    }
    checkInput(ids, call);
    return ids.length === 1 ? setOne(first, call, context) : setMany(ids, call, context);
  },
});

function idsOf(given: string | readonly string[]): readonly string[] {
  return typeof given === 'string' ? given.split(',').map((id) => id.trim()) : given.map((id) => id.trim());
}
