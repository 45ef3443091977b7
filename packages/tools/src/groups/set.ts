import { Fault, type FaultExtra } from '@hub/core/fault.ts';
import type { EntityState } from '@hub/ha/records.ts';
import { callService } from '@hub/ha/services.ts';
import { waitForState } from '@hub/ha/wait-for.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { withChanges } from '../shared/with-changes.ts';
import { assertObjectId, type Group, groupNotFound, groupOf, readKeptGroup, WAIT_MS } from './find-group.ts';

const ids = z.array(z.string());
const input = z.strictObject({
  object_id: z.string().describe('the part behind group.'),
  entities: ids.optional().describe('all members; required for a new group'),
  name: z.string().optional(),
  icon: z.string().optional().describe('e.g. mdi:lightbulb-group'),
  all_on: z.boolean().optional().describe('true: on only when all members are on; false: when any is'),
  add_entities: ids.optional(),
  remove_entities: ids.optional(),
  wait: z.boolean().default(true).describe('wait up to 10 s for the state that shows it'),
  preview: previewParameter,
});

type Input = z.infer<typeof input>;

const LISTS = ['entities', 'add_entities', 'remove_entities'] as const;

/** Source: HA action `group.set`. */
export const tool = defineTool({
  name: 'ha_config_set_group',
  title: 'Create or Update Group',
  docs: 'Creates or changes an old-style group (group.…) of any entities; Home Assistant forgets it at its next restart. For a group that lasts, and that acts as a light, cover or switch, make a helper with ha_config_set_helper, type group.',
  tags: ['Groups'],
  scope: 'home',
  effect: 'configure',
  input,
  output: z.strictObject({
    ...successShape,
    entity_id: z.string(),
    object_id: z.string(),
    updated_fields: z.array(z.string()),
    message: z.string(),
    partial: z.literal(true).optional(),
  }),
  items: ({ object_id }) => [{ kind: 'group', id: object_id }],
  async run(call, context) {
    const { object_id: objectId } = call;
    checkArguments(call);
    const entityId = `group.${objectId}`;
    const states = await context.home.states();
    const before = groupOf(states.get(entityId));
    if (!before) checkNew(call, states);
    const isShown = await write(call, context);
    const { object_id: _id, wait: _wait, preview: _preview, ...fields } = call;
    const warnings = warningsOf(call, before, states, isShown);
    return {
      success: true as const,
      entity_id: entityId,
      object_id: objectId,
      updated_fields: Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [key])),
      message: `${before ? 'Updated' : 'Created'} ${entityId}.`,
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(isShown ? {} : { partial: true as const }),
    };
  },
});

async function write(call: Input, context: ToolContext): Promise<boolean> {
  const { home, edits, signal } = context;
  const { object_id: objectId, all_on: all, wait, preview: _, ...fields } = call;
  const entityId = `group.${objectId}`;
  const given = Object.entries({ ...fields, all }).filter(([, value]) => value !== undefined);
  const data = { object_id: objectId, ...Object.fromEntries(given) };
  let isShown = true;
  let isSent = false;
  await edits.change({
    item: { kind: 'group', id: objectId },
    async read() {
      const kept = await readKeptGroup({ home }, objectId);
      return kept && isSent && all !== undefined ? { ...kept, all } : kept;
    },
    async write() {
      isSent = true;
      await callService(home, 'group', 'set', { data, signal });
      if (!wait) return;
      const isProof = (state: EntityState | undefined) => shows(groupOf(state), call);
      isShown = (await waitForState(home, entityId, isProof, { deadlineMs: WAIT_MS, signal })) !== undefined;
    },
    plan: (before) => planned(before, call),
  });
  return isShown;
}

function planned(before: unknown, call: Input): Readonly<Record<string, unknown>> {
  const { entities, add_entities: added = [], remove_entities: removed = [], name, icon, all_on: all } = call;
  const had = ids.safeParse(withChanges(before, {})['entities']).data ?? [];
  const gone = new Set(removed.map(lower));
  const members = [...new Set([...(entities ?? had), ...added].map(lower))].filter((id) => !gone.has(id));
  const given = Object.entries({ name, icon, all }).filter(([, value]) => value !== undefined);
  return withChanges(before, { object_id: call.object_id, ...Object.fromEntries(given), entities: members });
}

/** `all_on` cannot be seen: Home Assistant does not tell it. */
function shows(group: Group | undefined, call: Input): boolean {
  if (!group) return false;
  const members = new Set(group.entityIds);
  const { entities, add_entities: added = [], remove_entities: removed = [], name, icon } = call;
  const wanted = new Set((entities ?? []).map(lower));
  const isWhole =
    entities === undefined || (wanted.size === members.size && [...wanted].every((id) => members.has(id)));
  return (
    isWhole &&
    added.every((id) => members.has(lower(id))) &&
    !removed.some((id) => members.has(lower(id))) &&
    (name === undefined || group.name === name) &&
    (icon === undefined || (group.icon ?? '') === icon)
  );
}

function warningsOf(
  { entities = [], add_entities: added = [] }: Input,
  before: Group | undefined,
  states: ReadonlyMap<string, EntityState>,
  isShown: boolean,
): string[] {
  const unknown = [...entities, ...added].filter((id) => !states.has(lower(id)));
  return [
    ...(unknown.length > 0 ? [`Not in this home, yet now members: ${unknown.join(', ')}.`] : []),
    ...(before?.isFromYaml ? ['The group is defined in YAML: the change lasts until groups are reloaded.'] : []),
    ...(isShown ? [] : ['Home Assistant took it, but the group does not show it after 10 s.']),
  ];
}

function checkArguments(call: Input): void {
  assertObjectId(call.object_id);
  const given = LISTS.filter((key) => call[key] !== undefined);
  const empty = given.find((key) => call[key]?.length === 0);
  if (empty !== undefined) {
    throw invalid(
      `\`${empty}\` is empty.`,
      ['Name at least one entity.', 'To be rid of a group use ha_config_remove_group.'],
      {
        parameter: empty,
      },
    );
  }
  if (given.length > 1) {
    throw invalid(`${given.map((key) => `\`${key}\``).join(', ')}: only one of these at a time.`, 'Choose one.', {
      provided_ops: given,
    });
  }
  const { name, icon, all_on: all } = call;
  if (given.length === 0 && [name, icon, all].every((one) => one === undefined))
    throw invalid('There is nothing to set.', 'Give entities, or what is to change.', { object_id: call.object_id });
}

function checkNew(call: Input, states: ReadonlyMap<string, EntityState>): void {
  if (call.remove_entities) throw groupNotFound(call.object_id, states);
  if (call.entities || call.add_entities) return;
  throw invalid(`\`entities\`: required, as there is no group.${call.object_id} yet.`, 'Name its members.', {
    parameter: 'entities',
  });
}

function lower(entityId: string): string {
  return entityId.trim().toLowerCase();
}

function invalid(
  message: string,
  suggestion: NonNullable<FaultExtra['suggestion']>,
  context: Readonly<Record<string, unknown>>,
): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', message, { suggestion, context });
}
