import { Fault } from '@hub/core/fault.ts';
import { withoutRetired } from '@hub/tools/retired-names.ts';
import { argumentFault } from './argument-fault.ts';
import type { Catalogue } from './catalogue.ts';
import { chooseHome } from './choose-home.ts';
import { coerce } from './coerce.ts';
import type { HomeAccess } from './connector-access.ts';
import { assertShallow } from './depth.ts';
import { restored } from './harmless.ts';
import { shortProfileOf } from './list-profile.ts';
import type { PreparedTool } from './prepared-tool.ts';
import type { CallRequest } from './run.ts';
import { SEARCH_TOOL } from './search-tools.ts';
import { assertWellFormed } from './well-formed.ts';

/** @throws Fault TOOL_NOT_AVAILABLE */
export function findTool(catalogue: Catalogue, { name, connector }: CallRequest): PreparedTool {
  const prepared = name === SEARCH_TOOL ? catalogue.search(shortProfileOf(connector)) : catalogue.get(name);
  if (prepared) return prepared;
  const near = [...catalogue.names]
    .filter((known) => known.split('_').some((word) => word.length > 3 && name.includes(word)))
    .slice(0, 5);
  throw new Fault('TOOL_NOT_AVAILABLE', `There is no tool ${name.slice(0, 80)}.`, {
    suggestion: [
      near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'Ask for tools/list again.',
      `Connector: ${connector.name}.`,
    ],
  });
}

/** Takes `home` out, loosens, then judges strictly. @throws Fault VALIDATION_FAILED | HOME_REQUIRED | HOME_NOT_FOUND */
export function readArguments(
  prepared: PreparedTool,
  { args, connector }: CallRequest,
): { home: HomeAccess | undefined; input: unknown } {
  const { tool, schema, parameters } = prepared;
  assertShallow(args);
  const given = coerce({ type: 'object' }, args ?? {});
  if (given === null || typeof given !== 'object' || Array.isArray(given)) {
    throw new Fault('VALIDATION_FAILED', 'Arguments should be a JSON object.', {
      suggestion: `${tool.name} takes: ${parameters.join(', ')}.`,
    });
  }
  const known = withoutRetired(tool.name, given as Record<string, unknown>);
  const { home: wanted, ...rest } = known;
  const isHomeOurs = tool.scope === 'home' && !parameters.includes('home');
  const home = isHomeOurs ? chooseHome(connector, wanted, prepared.lowest) : undefined;
  const loosened = coerce(schema, restored(isHomeOurs ? rest : known));
  // Once more, as a text may have turned out to be JSON.
  assertShallow(loosened);
  assertWellFormed(loosened);
  const parsed = tool.input.safeParse(loosened, { reportInput: true });
  if (!parsed.success) throw argumentFault(tool.name, parsed.error, parameters);
  return { home, input: parsed.data };
}
