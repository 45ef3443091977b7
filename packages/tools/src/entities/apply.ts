import { exposeEntities } from '@hub/ha/exposure.ts';
import { type EntityUpdate, updateEntity } from '@hub/ha/registries.ts';
import { findEntity } from '@hub/ha/registry-reads.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { plannedEntity } from '../shared/planned-entity.ts';
import { withChanges } from '../shared/with-changes.ts';
import { isAssistant } from './check-input.ts';

const optionsSchema = z.record(z.string(), z.record(z.string(), z.unknown())).catch({});

/** One update of the registry, kept as an edit; after a rename the entry is found under its new id. */
export async function applyChanges(
  { home, edits, signal }: ToolContext,
  entityId: string,
  changes: Readonly<Record<string, unknown>>,
): Promise<EntityUpdate | undefined> {
  const newId = changes['new_entity_id'];
  let update: EntityUpdate | undefined;
  await edits.change({
    item: { kind: 'entity', id: entityId },
    read: async () =>
      (await findEntity(home, entityId, { signal })) ??
      (typeof newId === 'string' ? await findEntity(home, newId, { signal }) : undefined),
    async write() {
      update = await updateEntity(home, entityId, changes, { signal });
    },
    plan: (before) => plannedEntity(before, changes),
  });
  return update;
}

/** Options of one domain. Home Assistant replaces them whole, so those not named are sent along. */
export async function applyOptions(
  { home, edits, signal }: ToolContext,
  entityId: string,
  domain: string,
  given: Readonly<Record<string, unknown>>,
): Promise<void> {
  await edits.change({
    item: { kind: 'entity', id: entityId },
    read: () => findEntity(home, entityId, { signal }),
    async write() {
      const entry = await findEntity(home, entityId, { signal });
      const options = { ...optionsSchema.parse(entry?.['options'])[domain], ...given };
      await updateEntity(home, entityId, { options_domain: domain, options }, { signal });
    },
    plan: (before) => withOptions(before, { [domain]: given }),
  });
}

/** Shows the entity to some assistants and hides it from others; Home Assistant keeps that among its options. */
export async function applyExposure(
  { home, edits, signal }: ToolContext,
  entityId: string,
  exposeTo: Readonly<Record<string, boolean>>,
): Promise<void> {
  const assistants = Object.keys(exposeTo).filter(isAssistant);
  await edits.change({
    item: { kind: 'entity', id: entityId },
    read: () => findEntity(home, entityId, { signal }),
    async write() {
      for (const shouldExpose of [true, false]) {
        const those = assistants.filter((one) => exposeTo[one] === shouldExpose);
        if (those.length > 0) await exposeEntities(home, those, [entityId], shouldExpose, { signal });
      }
    },
    plan: (before) =>
      withOptions(before, Object.fromEntries(assistants.map((one) => [one, { should_expose: exposeTo[one] }]))),
  });
}

function withOptions(before: unknown, given: Readonly<Record<string, Readonly<Record<string, unknown>>>>) {
  const options = optionsSchema.parse(withChanges(before, {})['options']);
  const changed = Object.entries(given).map(([domain, one]) => [domain, { ...options[domain], ...one }]);
  return withChanges(before, { options: { ...options, ...Object.fromEntries(changed) } });
}
