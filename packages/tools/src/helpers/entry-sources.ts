import { Fault } from '@hub/core/fault.ts';
import type { FlowAnswers } from '@hub/ha/run-flow.ts';
import type { ToolContext } from '../define.ts';
import { nearestIds } from '../shared/entity-not-found.ts';

/** The settings of helpers that name entities. Source: HA config flows of the helper integrations. */
const ENTITY_SETTINGS = [
  ...['source', 'entity_id', 'entity_ids', 'entities', 'heater', 'humidifier', 'target_sensor'],
  ...['indoor_temp_sensor', 'indoor_humidity_sensor', 'outdoor_temp_sensor'],
];
const ENTITY_ID = /^[a-z0-9_]+\.[a-z0-9_]+$/;
const TOTALS: ReadonlySet<unknown> = new Set(['total', 'total_increasing']);

/** Home Assistant takes any id, and the helper would stay dead. @throws Fault ENTITY_NOT_FOUND */
export async function checkEntities({ home }: ToolContext, answers: FlowAnswers): Promise<void> {
  const named = ENTITY_SETTINGS.flatMap((setting) => idsIn(answers[setting]).map((id) => ({ setting, id })));
  if (named.length === 0) return;
  const [states, entries] = await Promise.all([home.states(), home.entities()]);
  const absent = named.find(({ id }) => !states.has(id) && !entries.has(id));
  if (!absent) return;
  const { setting, id } = absent;
  const near = nearestIds(id, states.keys());
  throw new Fault('ENTITY_NOT_FOUND', `\`config.${setting}\`: there is no entity ${id} in this home.`, {
    suggestion: [
      near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'Look it up with ha_search.',
      'Nothing was changed.',
    ],
    context: { parameter: `config.${setting}`, entity_id: id },
  });
}

/** A meter adds up what a total rises by; of anything else it makes nonsense. */
export async function meterWarnings({ home }: ToolContext, kind: string, answers: FlowAnswers): Promise<string[]> {
  const [source] = kind === 'utility_meter' && answers['delta_values'] !== true ? idsIn(answers['source']) : [];
  const state = source === undefined ? undefined : (await home.states()).get(source);
  if (!state || TOTALS.has(state.attributes['state_class'])) return [];
  const shown = String(state.attributes['state_class'] ?? 'none');
  return [`${source} has state_class ${shown}: a utility_meter counts only a total that rises (total_increasing).`];
}

function idsIn(value: unknown): string[] {
  const texts = [value].flat().flatMap((one) => (typeof one === 'string' ? one.split(',') : []));
  return texts.map((one) => one.trim()).filter((one) => ENTITY_ID.test(one));
}
