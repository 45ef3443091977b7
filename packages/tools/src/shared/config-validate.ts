import { validateConfig } from '@hub/ha/validate-config.ts';
import type { ToolContext } from '../define.ts';
import type { Config, ConfigKind } from './config-kinds.ts';

/** What Home Assistant itself says to a configuration, without saving it. Of scenes and blueprints' instances it says nothing beforehand. */
export async function validateItem(
  { home, signal }: Pick<ToolContext, 'home' | 'signal'>,
  { kind }: ConfigKind,
  config: Config,
) {
  const { triggers, conditions, actions, sequence } = config;
  const parts = kind === 'script' ? { actions: sequence } : { triggers, conditions, actions };
  const given = Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
  if (kind === 'scene' || 'use_blueprint' in config || Object.keys(given).length === 0) {
    return { is_valid: null, note: 'Home Assistant checks this only while it saves.' };
  }
  const checked = await validateConfig(home, given, { signal });
  const errors = Object.entries(checked).flatMap(([part, { error }]) => (error ? [`${part}: ${error}`] : []));
  return { is_valid: Object.values(checked).every(({ valid }) => valid), ...(errors.length > 0 ? { errors } : {}) };
}
