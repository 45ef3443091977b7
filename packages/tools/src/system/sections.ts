import { Fault } from '@hub/core/fault.ts';
import { checkConfig } from '@hub/ha/config-check.ts';
import { listRepairs } from '@hub/ha/notices.ts';
import { readThemes } from '@hub/ha/themes.ts';
import type { ToolContext } from '../define.ts';
import { requireAdmin } from '../shared/require-admin.ts';
import { deadEntities } from './dead-entities.ts';
import { type DiagnosticsWish, diagnostics } from './diagnostics.ts';
import { matterNetwork, threadNetwork, zhaNetwork, zwaveNetwork } from './networks.ts';

export interface SectionWish {
  readonly includesDismissed: boolean;
  readonly diagnostics: DiagnosticsWish;
}

type Read = (context: ToolContext, wish: SectionWish) => Promise<Readonly<Record<string, unknown>>>;

const SECTIONS: Readonly<Record<string, Read>> = {
  repairs: async ({ home, signal }, { includesDismissed }) => {
    const all = await listRepairs(home, { signal });
    const open = all.filter((issue) => !issue.ignored);
    const issues = includesDismissed ? all : open;
    return { issues, count: issues.length, dismissed_count: all.length - open.length };
  },
  zha_network: (context) => zhaNetwork(context, false),
  zha_network_full: (context) => zhaNetwork(context, true),
  zwave_network: zwaveNetwork,
  thread_network: threadNetwork,
  matter_network: matterNetwork,
  diagnostics: (context, wish) => diagnostics(context, wish.diagnostics),
  config_check: async (context) => {
    await requireAdmin(context, 'The check of the configuration');
    const { result, errors, warnings } = await checkConfig(context.home, { signal: context.signal });
    return {
      result,
      is_valid: result === 'valid',
      errors: errors ? [errors] : [],
      warnings: warnings ? [warnings] : [],
    };
  },
  themes: async ({ home, signal }) => {
    const { themes, default_theme, default_dark_theme } = await readThemes(home, { signal });
    const names = Object.keys(themes).sort();
    return { themes: names, count: names.length, default_theme, default_dark_theme: default_dark_theme ?? null };
  },
  dead_entities: deadEntities,
};

export const SECTION_NAMES = Object.keys(SECTIONS);

/** What a section that counts things says when it has none. */
const NOTHING: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  zha_network: { devices: [], count: 0, total_count: 0 },
  zha_network_full: { devices: [], count: 0, total_count: 0 },
  zwave_network: { nodes: [], count: 0, total_count: 0 },
  thread_network: { border_routers: [], count: 0 },
  repairs: { issues: [], count: 0 },
};

/** The sections by name; one that cannot be had holds the reason in its place. */
export async function readSections(
  context: ToolContext,
  names: readonly string[],
  wish: SectionWish,
): Promise<Record<string, unknown>> {
  const read = async (name: string): Promise<[string, unknown]> => {
    try {
      return [name, await SECTIONS[name]?.(context, wish)];
    } catch (error) {
      if (!(error instanceof Fault) || error.code === 'CANCELLED') throw error;
      return [name, { ...NOTHING[name], error: error.message, code: error.code, suggestions: error.suggestions }];
    }
  };
  return Object.fromEntries(await Promise.all(names.map(read)));
}
