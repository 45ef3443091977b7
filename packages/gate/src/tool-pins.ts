/** Never switched off: a model could not find its way, ask for help or make a backup without them. */
const MANDATORY: ReadonlySet<string> = new Set([
  'ha_search',
  'ha_get_overview',
  'ha_get_state',
  'ha_report_issue',
  'ha_manage_backup',
]);

/** Where strict best practice is on, its key is read here. */
const GUIDE = 'ha_get_skill_guide';

/** Listed in search mode unless the owner chose others. */
export const DEFAULT_PINS = [
  'ha_manage_backup',
  'ha_get_overview',
  'ha_report_issue',
  'ha_search',
  'ha_config_get_automation',
  'ha_config_set_automation',
  'ha_get_skill_guide',
] as const;

export function isMandatory(name: string, settings: { readonly strict?: boolean | undefined }): boolean {
  return MANDATORY.has(name) || (name === GUIDE && settings.strict === true);
}

/** Switched off by a setting, whoever wrote it: what is mandatory stays on. */
export function isOff(
  name: string,
  settings: { readonly disabledTools: readonly string[]; readonly strict?: boolean | undefined },
): boolean {
  return settings.disabledTools.includes(name) && !isMandatory(name, settings);
}
