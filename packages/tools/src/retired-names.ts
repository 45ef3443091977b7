import { Fault } from '@hub/core/fault.ts';

/** Names that prompts and rules written for single-home servers still use, and what the tool is called now. */
export const RETIRED_NAMES: ReadonlyMap<string, string> = new Map([
  ['ha_get_addon', 'ha_get_app'],
  ['ha_manage_addon', 'ha_manage_app'],
]);

/** Arguments that ask for what is not here, by tool. Left off they ask for nothing; asked for, they are refused with the reason. */
const RETIRED_ARGUMENTS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['ha_config_get_dashboard', new Map([['include_screenshot', 'Nothing here takes pictures of a dashboard.']])],
  ['ha_config_set_dashboard', new Map([['return_screenshot', 'Nothing here takes pictures of a dashboard.']])],
]);

/** Arguments without those that ask for nothing any more. @throws Fault VALIDATION_INVALID_PARAMETER for one that asks for what is not here */
export function withoutRetired(
  tool: string,
  args: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const retired = RETIRED_ARGUMENTS.get(tool);
  if (!retired) return args;
  for (const [name, why] of retired) {
    const value = args[name];
    if (value === undefined || value === null || value === false || value === 'false') continue;
    throw new Fault('VALIDATION_INVALID_PARAMETER', `\`${name}\`: ${why}`, {
      suggestion: `Leave ${name} out.`,
      context: { parameter: name },
    });
  }
  return Object.fromEntries(Object.entries(args).filter(([name]) => !retired.has(name)));
}
