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
    return { result, is_valid: result === 'valid', errors: errors ?? null, warnings: warnings ?? null };
  },
  themes: async ({ home, signal }) => {
    const { themes, default_theme, default_dark_theme } = await readThemes(home, { signal });
    return { themes: Object.keys(themes), default_theme, default_dark_theme: default_dark_theme ?? null };
  },
  dead_entities: deadEntities,
};

export const SECTION_NAMES = Object.keys(SECTIONS);

/** @throws Fault VALIDATION_INVALID_PARAMETER for a name there is not */
export function checkSections(names: readonly string[]): void {
  const unknown = names.filter((name) => !Object.hasOwn(SECTIONS, name));
  if (unknown.length === 0) return;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `\`include\`: there is no ${unknown.join(', ')}.`, {
    suggestion: `Use some of ${SECTION_NAMES.join(', ')}.`,
    context: { parameter: 'include', valid_sections: SECTION_NAMES },
  });
}

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
      return [name, { error: error.message, code: error.code, suggestions: error.suggestions }];
    }
  };
  return Object.fromEntries(await Promise.all(names.map(read)));
}
