import { listServices, type ServiceDescription } from '@hub/ha/services.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';

const MAX_WARNINGS = 50;
const warningShape = z.strictObject({
  path: z.string(),
  value: z.string(),
  kind: z.enum(['service', 'entity']),
  reason: z.string(),
});

export const validationShape = z.strictObject({
  warnings: z.array(warningShape),
  /** References that are templates, which only Home Assistant can work out. */
  unvalidated_templates: z.number().int().optional(),
  /** The actions are the blueprint's and cannot be looked at from here. */
  blueprint_skipped: z.literal(true).optional(),
});

/** What was noticed about a configuration before it is written. */
export interface ReferenceReport {
  readonly validation?: z.infer<typeof validationShape>;
  readonly warnings: readonly string[];
}

interface Reference {
  readonly path: string;
  readonly value: string;
  readonly kind: 'service' | 'entity';
}

const SERVICE_KEYS = new Set(['service', 'action']);
/** What an action hands on: `action` in there is a button of a notification, not a service. */
const PAYLOADS = new Set(['data', 'data_template', 'event_data', 'variables', 'fields']);
const NO_ENTITY = new Set(['all', 'none']);
/** Device triggers name entities by their registry id. */
const REGISTRY_ID = /^[0-9a-f]{32}$/;

/** Services and entities that an automation or script names and this home has not. */
export async function checkReferences(home: View, config: Readonly<Record<string, unknown>>): Promise<ReferenceReport> {
  if ('use_blueprint' in config) return { validation: { warnings: [], blueprint_skipped: true }, warnings: [] };
  const references = [...collect(config, '', false)];
  const plain = references.filter(({ value }) => !isTemplate(value));
  const templates = references.length - plain.length;
  const found = plain.length === 0 ? [] : await missing(home, plain);
  if (found.length === 0 && templates === 0) return { warnings: [] };
  return {
    validation: {
      warnings: found.slice(0, MAX_WARNINGS),
      ...(templates > 0 ? { unvalidated_templates: templates } : {}),
    },
    warnings: [],
  };
}

/** The entities of a scene that this home has not, in one sentence. */
export async function checkSceneEntities(
  home: View,
  { entities }: Readonly<Record<string, unknown>>,
): Promise<ReferenceReport> {
  const states = await home.states();
  const unknown = Object.keys(entities ?? {}).filter((id) => !states.has(id));
  if (unknown.length === 0) return { warnings: [] };
  const more = unknown.length > MAX_WARNINGS ? ` and ${unknown.length - MAX_WARNINGS} more` : '';
  const named = unknown.slice(0, MAX_WARNINGS).join(', ');
  return { warnings: [`This home has no entity ${named}${more}: the scene will pass over it.`] };
}

async function missing(home: View, references: readonly Reference[]): Promise<z.infer<typeof warningShape>[]> {
  const namesService = references.some(({ kind }) => kind === 'service');
  const [states, entries, services] = await Promise.all([
    home.states(),
    home.entities(),
    namesService ? listServices(home) : {},
  ]);
  const reasonOf = ({ value, kind }: Reference): string | undefined => {
    if (kind === 'service') return hasService(services, value) ? undefined : 'this home has no such service';
    if (states.has(value)) return undefined;
    return entries.has(value) ? 'the entity is disabled or not loaded' : 'this home has no such entity';
  };
  return references.flatMap((reference) => {
    const reason = reasonOf(reference);
    return reason === undefined ? [] : [{ ...reference, reason }];
  });
}

function hasService(services: Record<string, Record<string, ServiceDescription>>, action: string): boolean {
  const [domain = '', name = ''] = action.split('.');
  const table = Object.hasOwn(services, domain) ? services[domain] : undefined;
  return table !== undefined && Object.hasOwn(table, name);
}

function* collect(node: unknown, path: string, isPayload: boolean): Generator<Reference> {
  if (Array.isArray(node)) {
    for (const [index, item] of node.entries()) yield* collect(item, `${path}[${index}]`, isPayload);
    return;
  }
  if (node === null || typeof node !== 'object') return;
  for (const [key, value] of Object.entries(node)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (key === 'entity_id') yield* entityReferences(value, at);
    else if (!isPayload && SERVICE_KEYS.has(key) && typeof value === 'string')
      yield { path: at, value, kind: 'service' };
    else yield* collect(value, at, isPayload || PAYLOADS.has(key));
  }
}

function* entityReferences(value: unknown, path: string): Generator<Reference> {
  if (Array.isArray(value)) {
    for (const [index, one] of value.entries()) yield* entityReferences(one, `${path}[${index}]`);
    return;
  }
  if (typeof value !== 'string') return;
  const ids = isTemplate(value) ? [value] : value.split(',').map((part) => part.trim());
  for (const id of ids)
    if (id !== '' && !NO_ENTITY.has(id) && !REGISTRY_ID.test(id)) yield { path, value: id, kind: 'entity' };
}

function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}
