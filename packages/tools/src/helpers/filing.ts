import { Fault } from '@hub/core/fault.ts';
import { readEntity, updateEntity } from '@hub/ha/registries.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { plannedEntity } from '../shared/planned-entity.ts';
import { knownAreaId, knownLabelIds } from '../shared/registry-ids.ts';

const MAX_LISTED = 20;
/** Home Assistant keeps the categories of its helper list apart under this name. */
const SCOPE = 'helpers';

const categoriesShape = z.array(z.looseObject({ category_id: z.string(), name: z.string() }));

/** Where a helper belongs: kept by the entity registry, not by the helper. */
export interface Filing {
  readonly area_id?: string | undefined;
  readonly labels?: readonly string[] | undefined;
  readonly icon?: string | undefined;
  readonly category?: string | undefined;
}

type Changes = Readonly<Record<string, unknown>>;

/**
 * In Home Assistant's spelling, references checked; '' takes one away.
 * @throws Fault VALIDATION_INVALID_PARAMETER naming what this home has not
 */
export async function filingChanges({ home, signal }: ToolContext, filing: Filing): Promise<Changes> {
  const { area_id: area, labels, icon, category } = filing;
  return {
    ...(area === undefined ? {} : { area_id: area === '' ? null : await knownAreaId(home, area) }),
    ...(labels === undefined ? {} : { labels: await knownLabelIds(home, labels) }),
    ...(icon === undefined ? {} : { icon: icon === '' ? null : icon }),
    ...(category === undefined ? {} : { categories: { [SCOPE]: await categoryId({ home, signal }, category) } }),
  };
}

/** Files the entity, kept as an edit of its own. @throws Fault */
export async function file({ home, edits, signal }: ToolContext, entityId: string, changes: Changes): Promise<void> {
  await edits.change({
    item: { kind: 'entity', id: entityId },
    read: () => readEntity(home, entityId, { signal }),
    async write() {
      await updateEntity(home, entityId, changes, { signal });
    },
    plan: (before) => plannedEntity(before, changes),
  });
}

async function categoryId(
  { home, signal }: Pick<ToolContext, 'home' | 'signal'>,
  given: string,
): Promise<string | null> {
  const wanted = given.trim().toLowerCase();
  if (wanted === '') return null;
  const answer = await home.send({ type: 'config/category_registry/list', scope: SCOPE }, { signal, isWrite: false });
  const known = categoriesShape.parse(answer);
  const found =
    known.find((one) => one.category_id.toLowerCase() === wanted) ??
    known.find((one) => one.name.toLowerCase() === wanted);
  if (found) return found.category_id;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`category\`: there is no helper category '${given}'.`, {
    suggestion: 'Name one of the available categories, or leave it out.',
    context: { parameter: 'category', value: given, available_categories: known.slice(0, MAX_LISTED) },
  });
}
