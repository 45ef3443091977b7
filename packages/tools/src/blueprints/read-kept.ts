import { listBlueprints, readBlueprintBody } from '@hub/ha/blueprints.ts';
import type { View } from '@hub/ha/view.ts';

/** A blueprint as edits keep it: Home Assistant gives its parts, not its file. Undefined when there is none. */
export async function readKeptBlueprint(
  home: View,
  domain: string,
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  const listed = (await listBlueprints(home, domain, { signal }))[path];
  if (!listed) return undefined;
  const { metadata } = listed;
  return metadata ? { metadata, config: await readBlueprintBody(home, domain, path, metadata, { signal }) } : listed;
}
