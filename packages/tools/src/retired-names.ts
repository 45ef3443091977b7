/** Names that prompts and rules written for single-home servers still use, and what the tool is called now. */
export const RETIRED_NAMES: ReadonlyMap<string, string> = new Map([
  ['ha_get_addon', 'ha_get_app'],
  ['ha_manage_addon', 'ha_manage_app'],
]);
