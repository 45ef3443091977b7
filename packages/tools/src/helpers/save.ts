import { Fault } from '@hub/core/fault.ts';
import { type HelperItem, type HelperKind, listHelpers } from '@hub/ha/helpers.ts';
import type { ToolContext } from '../define.ts';
import { changeHelper, findHelper, helperEntityId, makeHelper, waitForHelperEntity } from '../shared/stored-helper.ts';
import { checkFields, withDefaults } from './checks.ts';
import { fieldsOf, hasOwnIcon } from './fields.ts';
import { type Filing, file, filingChanges } from './filing.ts';
import { helperNotFound } from './not-found.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface HelperWish {
  readonly kind: HelperKind;
  readonly helperId: string | undefined;
  /** By the tool's own names; undefined ones are not given. */
  readonly parameters: Fields;
  readonly config: Fields | undefined;
  readonly filing: Filing;
  readonly wait: boolean;
}

/**
 * Creates or changes one helper and files its entity. After the write nothing fails any more: what did not show is a warning.
 * @throws Fault VALIDATION_INVALID_PARAMETER | VALIDATION_FAILED | ENTITY_NOT_FOUND
 */
export async function saveHelper(context: ToolContext, wish: HelperWish) {
  const { kind, helperId, filing } = wish;
  const { icon, ...parameters } = wish.parameters;
  const isIconOurs = hasOwnIcon(kind);
  const fields = fieldsOf(kind, isIconOurs ? wish.parameters : parameters, wish.config);
  const fresh = helperId === undefined ? withDefaults(kind, fields) : undefined;
  if (fresh) checkFields(kind, fresh.fields);
  const registryIcon = isIconOurs || typeof icon !== 'string' ? {} : { icon };
  const changes = await filingChanges(context, { ...filing, ...registryIcon });
  const item =
    helperId === undefined
      ? await create(context, kind, fresh?.fields ?? fields)
      : await update(context, kind, helperId, fields, Object.keys(changes).length > 0);
  const filed = await settle(context, wish, item.id, changes);
  const warnings = [...(fresh?.warnings ?? []), ...filed.warnings];
  const name = String(item['name'] ?? item.id);
  return {
    success: true as const,
    action: helperId === undefined ? ('create' as const) : ('update' as const),
    helper_type: kind,
    data: item,
    entity_id: filed.entityId ?? null,
    message: `${helperId === undefined ? 'Created' : 'Updated'} ${kind} ${name} (${filed.entityId ?? item.id}).`,
    ...(filed.isFiled ? changes : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

async function create(context: ToolContext, kind: HelperKind, fields: Fields): Promise<HelperItem> {
  const name = String(fields['name']).toLowerCase();
  const same = (await listHelpers(context.home, kind, { signal: context.signal })).find(
    (item) => item.id === fields['tag_id'] || String(item['name'] ?? '').toLowerCase() === name,
  );
  if (same) throw duplicate(kind, same);
  return makeHelper(context, kind, fields);
}

async function update(
  context: ToolContext,
  kind: HelperKind,
  helperId: string,
  given: Fields,
  isFiling: boolean,
): Promise<HelperItem> {
  const found = await findHelper(context, kind, helperId);
  if (!found) throw await helperNotFound(context, kind, helperId, 'helper_id');
  const { id } = found.item;
  if (given['tag_id'] !== undefined && given['tag_id'] !== id) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', "`tag_id`: a tag's id is written on it and cannot be changed.", {
      suggestion: 'Leave tag_id out, or create another tag.',
      context: { parameter: 'tag_id', helper_id: id },
    });
  }
  const { tag_id: _, ...changes } = given;
  if (Object.keys(changes).length === 0) {
    if (isFiling) return found.item;
    throw new Fault('VALIDATION_INVALID_PARAMETER', 'There is nothing to update.', {
      suggestion: 'Give at least one setting beside helper_type and helper_id.',
      context: { helper_type: kind, helper_id: id },
    });
  }
  checkFields(kind, { name: id, ...found.item, ...changes });
  return changeHelper(context, kind, id, changes);
}

async function settle(context: ToolContext, { kind, wait }: HelperWish, id: string, changes: Fields) {
  const isFiling = Object.keys(changes).length > 0;
  try {
    const entityId =
      wait || isFiling
        ? (await waitForHelperEntity(context, kind, id))?.entity_id
        : await helperEntityId(context.home, kind, id);
    if (entityId === undefined) {
      const warning = `The ${kind} was saved, but its entity is not shown after 10 s${isFiling ? ', so area, labels and category were not set' : ''}.`;
      return { entityId, isFiled: false, warnings: wait || isFiling ? [warning] : [] };
    }
    if (isFiling) await file(context, entityId, changes);
    return { entityId, isFiled: isFiling, warnings: [] };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { entityId: undefined, isFiled: false, warnings: [`The ${kind} was saved, but: ${error.message}`] };
  }
}

function duplicate(kind: HelperKind, { id, name }: HelperItem): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `\`name\`: ${kind} '${String(name ?? id)}' exists already.`, {
    suggestion: [`To change it, pass helper_id '${id}'.`, 'For another one, choose another name.'],
    context: { parameter: 'name', helper_type: kind, existing_helper_id: id },
  });
}
