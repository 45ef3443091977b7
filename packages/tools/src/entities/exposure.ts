import { Fault } from '@hub/core/fault.ts';
import { ASSISTANTS, listExposed } from '@hub/ha/exposure.ts';
import { findEntity } from '@hub/ha/registry-reads.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { nearestIds } from '../shared/entity-not-found.ts';
import { successShape } from '../shared/parameters.ts';
import { isAssistant } from './check-input.ts';

const shownTo = z.record(z.string(), z.boolean());

/** Source: HA `homeassistant/expose_entity/list`, which names only what is exposed. */
export const tool = defineTool({
  name: 'ha_get_entity_exposure',
  title: 'Get Entity Exposure',
  docs: 'Which entities voice assistants (Assist, Alexa, Google) are shown: one entity for all three, or all that are shown to any, or to one assistant. To show or hide an entity use ha_set_entity with expose_to.',
  tags: ['Entity Registry'],
  scope: 'home',
  effect: 'read',
  idempotent: true,
  input: z.strictObject({
    entity_id: z.string().optional().describe('leave out for all that are exposed'),
    assistant: z.string().optional().describe(ASSISTANTS.join(', ')),
  }),
  output: z.strictObject({
    ...successShape,
    entity_id: z.string().optional(),
    exposed_to: shownTo.optional(),
    is_exposed_anywhere: z.boolean().optional(),
    has_custom_settings: z.boolean().optional(),
    note: z.string().optional(),
    exposed_entities: z.record(z.string(), shownTo).optional(),
    count: z.number().int().optional(),
    total_entities_with_settings: z.number().int().optional(),
    summary: z.record(z.string(), z.number().int()).optional(),
    filters_applied: z.looseObject({}).optional(),
  }),
  async run({ entity_id: entityId, assistant }, context) {
    if (assistant !== undefined && !isAssistant(assistant)) {
      throw new Fault('VALIDATION_INVALID_PARAMETER', `\`assistant\`: there is no assistant '${assistant}'.`, {
        suggestion: `Use one of ${ASSISTANTS.join(', ')}.`,
        context: { parameter: 'assistant', valid_assistants: ASSISTANTS },
      });
    }
    return entityId === undefined ? all(assistant, context) : one(entityId.trim(), context);
  },
});

async function one(entityId: string, { home, signal }: ToolContext) {
  const [exposed, entries, states] = await Promise.all([listExposed(home, { signal }), home.entities(), home.states()]);
  const isKnown = entries.has(entityId) || states.has(entityId);
  const settings = isKnown ? exposed[entityId] : undefined;
  const entry = entries.has(entityId) ? await findEntity(home, entityId, { signal }) : undefined;
  const options = z.record(z.string(), z.unknown()).catch({}).parse(entry?.['options']);
  const near = isKnown ? [] : nearestIds(entityId, states.keys());
  const hint = near.length > 0 ? ` Did you mean ${near.join(', ')}?` : '';
  return {
    success: true as const,
    entity_id: entityId,
    exposed_to: Object.fromEntries(ASSISTANTS.map((name) => [name, settings?.[name] ?? false])),
    is_exposed_anywhere: settings !== undefined,
    has_custom_settings: settings !== undefined || ASSISTANTS.some((name) => name in options),
    note:
      settings === undefined
        ? 'No assistant is shown this entity.'
        : 'Whether an assistant acts on it is also a matter of its own setup.',
    ...(isKnown ? {} : { warnings: [`There is no entity ${entityId} in this home.${hint}`] }),
  };
}

async function all(assistant: string | undefined, { home, signal }: ToolContext) {
  const [exposed, entries, states] = await Promise.all([listExposed(home, { signal }), home.entities(), home.states()]);
  // The home lists what this connector may not see, too.
  const visible = Object.entries(exposed).filter(([id]) => entries.has(id) || states.has(id));
  const wanted = visible.filter(([, settings]) => assistant === undefined || settings[assistant]);
  const summary = ASSISTANTS.map((name) => [name, visible.filter(([, settings]) => settings[name]).length] as const);
  return {
    success: true as const,
    exposed_entities: Object.fromEntries(wanted.map(([id, settings]) => [id, { ...settings }])),
    count: wanted.length,
    total_entities_with_settings: visible.length,
    summary: Object.fromEntries(summary),
    filters_applied: { assistant: assistant ?? null },
  };
}
