import { Fault } from '@hub/core/fault.ts';
import { RETIRED_NAMES } from '@hub/tools/retired-names.ts';
import type { Catalogue } from './catalogue.ts';
import { coerce } from './coerce.ts';
import type { ConnectorSettings } from './connector-access.ts';
import { doorOf, PROXIES, proxyDoor, SEARCH_TOOL } from './search-tools.ts';

/** The tool a call really means, with that tool's own arguments. */
export interface Aim {
  readonly name: string;
  readonly args: unknown;
  /** The call goes no further. */
  readonly fault?: Fault;
}

const MAX_WRAPPINGS = 4;

/**
 * Takes a call out of the proxy it came through, twice wrapped ones as well, so that everything after sees the inner tool
 * alone: policy, visibility, audit, metrics. The outermost proxy has to be the right one, as that is what a client showed its user.
 */
export function aim(catalogue: Catalogue, settings: ConnectorSettings, given: string, args: unknown): Aim {
  const name = renamed(given);
  const door = proxyDoor(name);
  if (door === undefined) {
    const isUnwanted = name === SEARCH_TOOL && settings.toolSearch === 'off';
    return { name, args, ...(isUnwanted ? { fault: searchIsOff(name) } : {}) };
  }
  if (settings.toolSearch === 'off') return { name, args, fault: searchIsOff(name) };
  try {
    const inner = unwrap(name, args);
    const listed = catalogue.get(inner.name)?.listed;
    if (inner.name === SEARCH_TOOL) return inner;
    if (!listed) return { ...inner, fault: unknownTool(inner.name, name) };
    const right = doorOf(listed);
    return right === door ? inner : { ...inner, fault: wrongDoor(inner.name, name, PROXIES[right]) };
  } catch (error) {
    if (error instanceof Fault) return { name, args, fault: error };
    throw error;
  }
}

function renamed(name: string): string {
  return RETIRED_NAMES.get(name) ?? name;
}

/** @throws Fault VALIDATION_FAILED | VALIDATION_INVALID_JSON */
function unwrap(proxy: string, args: unknown, depth = 1): Aim {
  const { name, arguments: inner, home, ...rest } = recordOf(proxy, args ?? {});
  const [extra] = Object.keys(rest);
  if (typeof name !== 'string' || name === '') throw malformed(proxy, '`name`: Missing required argument.');
  if (extra !== undefined) throw malformed(proxy, `\`${extra.slice(0, 80)}\`: Unexpected keyword argument.`);
  const target = renamed(name.trim());
  const own = recordOf(proxy, inner ?? {});
  if (depth < MAX_WRAPPINGS && proxyDoor(target) !== undefined) return unwrap(target, own, depth + 1);
  const bare = isWrappedAgain(own, target) ? recordOf(proxy, own['arguments']) : own;
  return { name: target, args: home === undefined || Object.hasOwn(bare, 'home') ? bare : { ...bare, home } };
}

/** Models repeat the wrapper inside it: `{name, arguments: {name, arguments: {…}}}`. */
function isWrappedAgain(own: Readonly<Record<string, unknown>>, target: string): boolean {
  return (
    own['name'] === target &&
    own['arguments'] !== undefined &&
    Object.keys(own).every((key) => /^(name|arguments)$/.test(key))
  );
}

function recordOf(proxy: string, value: unknown): Readonly<Record<string, unknown>> {
  const record = coerce({ type: 'object' }, value, 'arguments');
  if (record === null || typeof record !== 'object' || Array.isArray(record)) {
    throw malformed(proxy, '`arguments`: Input should be a valid dictionary.');
  }
  return record as Readonly<Record<string, unknown>>;
}

function malformed(proxy: string, message: string): Fault {
  return new Fault('VALIDATION_FAILED', message, {
    suggestion: `${proxy} takes \`name\`, the tool to run, and \`arguments\`, that tool's own.`,
    context: { proxy_used: proxy },
  });
}

function searchIsOff(name: string): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `${name} is not there: tool search is off for this connector.`, {
    suggestion: [
      'Call the tool you want directly by its name.',
      'tools/list has them all; ask for it again if yours is short.',
    ],
    context: { tool_name: name },
  });
}

function unknownTool(name: string, proxy: string): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `There is no tool ${name.slice(0, 80)}.`, {
    suggestion: `Find the right one with ${SEARCH_TOOL}.`,
    context: { tool_name: name.slice(0, 80), proxy_used: proxy },
  });
}

function wrongDoor(name: string, used: string, right: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `${name} is run with ${right}, not with ${used}.`, {
    suggestion: `Call ${right} with the same name and arguments.`,
    context: { parameter: 'name', tool_name: name, proxy_used: used, correct_proxy: right },
  });
}
