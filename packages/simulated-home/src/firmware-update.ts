import type { EntitySpec } from './entity-spec.ts';

/** A firmware of which a newer version waits; `facts` say which. */
export function firmwareUpdate(id: string, facts: Readonly<Record<string, unknown>>): EntitySpec {
  return {
    id: `update.${id}_firmware`,
    part: 'Firmware',
    state: 'on',
    category: 'config',
    attributes: {
      ...{ auto_update: false, device_class: 'firmware', in_progress: false, update_percentage: null },
      ...{ release_summary: null, release_url: null, skipped_version: null },
      ...facts,
    },
  };
}
