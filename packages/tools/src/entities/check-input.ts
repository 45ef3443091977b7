import { Fault } from '@hub/core/fault.ts';
import { ASSISTANTS, type Assistant } from '@hub/ha/exposure.ts';
import type { SetEntityInput } from './set-input.ts';

const ENTITY_ID = /^[a-z0-9_]+\.[a-z0-9_]+$/;
const FOR_MANY = ['labels', 'categories', 'expose_to'] as const;
const FOR_ONE = [
  'area_id',
  'name',
  'use_device_name',
  'icon',
  'device_class',
  'options',
  'enabled',
  'hidden',
  'aliases',
  'new_entity_id',
  'new_device_name',
  'use_entity_name_alias',
] as const;

/** Everything that can be told from the arguments alone. @throws Fault VALIDATION_INVALID_PARAMETER */
export function checkInput(ids: readonly string[], call: SetEntityInput): void {
  const forOne = FOR_ONE.filter((key) => call[key] !== undefined);
  if (ids.length > 1 && forOne.length > 0) {
    throw invalid(
      `${forOne.map((key) => `\`${key}\``).join(', ')}: only for a single entity.`,
      `A list takes ${FOR_MANY.join(', ')}; change the rest one by one.`,
      { single_only: forOne },
    );
  }
  if (forOne.length === 0 && FOR_MANY.every((key) => call[key] === undefined))
    throw invalid('No updates specified.', `Give at least one of ${[...FOR_MANY, ...FOR_ONE].join(', ')}.`, {});
  checkEnabled(ids, call);
  checkName(call);
  checkRename(ids[0] ?? '', call.new_entity_id);
  checkExposure(call.expose_to);
  if (call.options && Object.keys(call.options).length === 0)
    throw invalid('`options` is empty.', 'Name a domain, e.g. {"sensor": {"display_precision": 1}}.', {
      parameter: 'options',
    });
}

function checkName({ name, use_device_name: usesDeviceName }: SetEntityInput): void {
  if (usesDeviceName !== true || name === undefined || name === '') return;
  throw invalid('`use_device_name`: not together with `name`.', 'Give one of the two.', {
    parameter: 'use_device_name',
  });
}

function checkEnabled(ids: readonly string[], { enabled }: SetEntityInput): void {
  const domain = ids[0]?.split('.')[0];
  if (enabled !== false || (domain !== 'automation' && domain !== 'script')) return;
  throw invalid(
    `\`enabled\`: a disabled ${domain} leaves the home altogether and cannot be switched back on there.`,
    `To stop it from running use ha_call_service ${domain}.turn_off on ${ids[0]}.`,
    { parameter: 'enabled', entity_id: ids[0] },
  );
}

function checkRename(entityId: string, newId: string | undefined): void {
  if (newId === undefined) return;
  const context = { parameter: 'new_entity_id', entity_id: entityId, new_entity_id: newId };
  if (!ENTITY_ID.test(newId)) {
    throw invalid(
      `\`new_entity_id\`: '${newId}' is no entity id.`,
      'Write domain.object_id in small letters, digits and underscores.',
      context,
    );
  }
  const domain = entityId.split('.')[0];
  if (newId.split('.')[0] !== domain)
    throw invalid('`new_entity_id`: the domain cannot change.', `It must begin with ${domain}.`, context);
}

function checkExposure(exposeTo: SetEntityInput['expose_to']): void {
  const unknown = Object.keys(exposeTo ?? {}).filter((one) => !isAssistant(one));
  if (unknown.length === 0) return;
  throw invalid(`\`expose_to\`: there is no assistant ${unknown.join(', ')}.`, `Use ${ASSISTANTS.join(', ')}.`, {
    parameter: 'expose_to',
    valid_assistants: ASSISTANTS,
  });
}

export function isAssistant(name: string): name is Assistant {
  return ASSISTANTS.some((one) => one === name);
}

export function invalid(message: string, suggestion: string, context: Readonly<Record<string, unknown>>): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', message, { suggestion, context });
}
