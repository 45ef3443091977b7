import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

/** Who can be shown entities. Source: HA `homeassistant/exposed_entities.py` `KNOWN_ASSISTANTS`. */
export const ASSISTANTS = ['conversation', 'cloud.alexa', 'cloud.google_assistant'] as const;

export type Assistant = (typeof ASSISTANTS)[number];

/** Shows entities to voice assistants or hides them. Needs an administrator's token. Source: HA `homeassistant/expose_entity`. @throws Fault */
export async function exposeEntities(
  home: Home,
  assistants: readonly Assistant[],
  entityIds: readonly string[],
  shouldExpose: boolean,
  options: CallOptions = {},
): Promise<void> {
  await home.send(
    { type: 'homeassistant/expose_entity', assistants, entity_ids: entityIds, should_expose: shouldExpose },
    { ...options, isWrite: true },
  );
}

const exposedSchema = z.looseObject({ exposed_entities: z.record(z.string(), z.record(z.string(), z.boolean())) });

/** The entities that any assistant is shown, each with those assistants. Needs an administrator's token. Source: HA `homeassistant/expose_entity/list`. @throws Fault */
export async function listExposed(
  home: Home,
  options: CallOptions = {},
): Promise<Readonly<Record<string, Readonly<Record<string, boolean>>>>> {
  const answer = await home.send({ type: 'homeassistant/expose_entity/list' }, { ...options, isWrite: false });
  return exposedSchema.parse(answer).exposed_entities;
}
