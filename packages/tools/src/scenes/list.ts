import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { readStored } from '../shared/config-get.ts';
import { SCENE } from '../shared/config-kinds.ts';
import { page, pageShape } from '../shared/page.ts';
import { successShape } from '../shared/parameters.ts';

export interface SceneQuery {
  readonly query: string | undefined;
  readonly searchInConfig: boolean;
  readonly offset: number;
  readonly limit: number;
}

export const sceneListShape = z.strictObject({
  ...successShape,
  action: z.literal('list'),
  scenes: z.array(
    z.strictObject({
      scene_id: z.string(),
      entity_id: z.string(),
      name: z.string(),
      match_in_name: z.boolean().optional(),
      match_in_config: z.boolean().optional(),
    }),
  ),
  ...pageShape,
});

/** The scenes that can be edited here, by name; with a query those whose name, or configuration when asked for, holds it. */
export async function listScenes({ home }: ToolContext, { query, searchInConfig, offset, limit }: SceneQuery) {
  const wanted = query?.trim().toLowerCase();
  const rows = await Promise.all((await editableScenes({ home })).map(match));
  const found = rows.flatMap((row) => row ?? []).sort((a, b) => a.name.localeCompare(b.name));
  const { items, block } = page(found, offset, limit);
  return { success: true as const, action: 'list' as const, scenes: items, ...block };

  async function match(row: Awaited<ReturnType<typeof editableScenes>>[number]) {
    if (wanted === undefined || wanted === '') return row;
    const inName = `${row.name}\n${row.entity_id}`.toLowerCase().includes(wanted);
    const config = searchInConfig ? await readStored(home, SCENE, row.scene_id) : undefined;
    const inConfig = JSON.stringify(config ?? {})
      .toLowerCase()
      .includes(wanted);
    return inName || inConfig ? { ...row, match_in_name: inName, match_in_config: inConfig } : undefined;
  }
}

async function editableScenes({ home }: Pick<ToolContext, 'home'>) {
  const [entries, states] = await Promise.all([home.entities(), home.states()]);
  return [...entries.values()]
    .filter((entry) => entry.platform === SCENE.platform && entry.entity_id.startsWith('scene.'))
    .map((entry) => ({
      scene_id: entry.unique_id,
      entity_id: entry.entity_id,
      name: String(states.get(entry.entity_id)?.attributes['friendly_name'] ?? entry.entity_id),
    }));
}
