import { configHash } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import type { ToolContext } from '../define.ts';
import { transformConfig } from '../transform/transform-config.ts';
import { itemNotFound, notEditable, staleHash } from './config-faults.ts';
import { configShape, readStored } from './config-get.ts';
import type { Config, ConfigKind } from './config-kinds.ts';
import type { SetInput } from './config-parameters.ts';
import type { ResolvedItem } from './config-resolve.ts';
import { isLoaded } from './config-wait.ts';

export interface PreparedChange {
  /** In the form to be written: normalized, without id and category. */
  readonly config: Config;
  /** Of the stored item the change was made from, when it was made from one. */
  readonly basis: string | undefined;
  readonly category: string | undefined;
}

/** @throws Fault VALIDATION_INVALID_PARAMETER unless exactly one of config and python_transform is given, the latter with all it needs */
export function checkMode(kind: ConfigKind, identifier: string | undefined, input: SetInput): void {
  const fault = (message: string, suggestion: string, parameter: string) =>
    new Fault('VALIDATION_INVALID_PARAMETER', message, { suggestion, context: { parameter } });
  const { config, python_transform: source, config_hash: hash } = input;
  const read = `ha_config_get_${kind.kind}`;
  if (config && source !== undefined)
    throw fault(
      'Cannot use both config and python_transform in one call.',
      'Leave one of them out.',
      'python_transform',
    );
  if (!config && source === undefined)
    throw fault(
      'Either config or python_transform is required.',
      'Give the whole config, or a transform of the stored one.',
      'config',
    );
  if (source === undefined) return;
  if (identifier === undefined)
    throw fault('identifier is required with python_transform.', 'Name the item to change.', kind.parameter);
  if (hash === undefined)
    throw fault('config_hash is required with python_transform.', `Take it from ${read}.`, 'config_hash');
}

/** Works out what is to be written, and refuses what must not be: a stale copy, an item that is not the hub's to write. */
export async function prepareChange(
  { home, signal }: ToolContext,
  kind: ConfigKind,
  item: ResolvedItem,
  identifier: string | undefined,
  input: SetInput,
): Promise<PreparedChange> {
  const { python_transform: source, config_hash: hash } = input;
  const given = identifier ?? item.id;
  const stored = await readStored(home, kind, item.id);
  if (!stored && isLoaded(item.state)) throw notEditable(kind, given, item);
  if (!stored && hash !== undefined) throw await itemNotFound(home, kind, given, kind.unknownCode);
  const shown = stored && kind.normalize(stored);
  const current = configHash(shown ?? null);
  if (hash !== undefined && hash !== current) throw staleHash(kind, given, current);

  const wanted = source === undefined ? (input.config ?? {}) : await transformed(shown, source, signal);
  const { id, category, ...body } = wanted;
  checkId(kind, id, item.id, identifier);
  const config = kind.normalize(body);
  kind.check(config, source === undefined ? 'config' : 'python_transform');
  return { config, basis: hash, category: input.category ?? (typeof category === 'string' ? category : undefined) };
}

async function transformed(config: unknown, source: string, signal: AbortSignal): Promise<Config> {
  const result = configShape.safeParse(await transformConfig(config, source, { signal }));
  if (result.success) return result.data;
  throw new Fault('VALIDATION_FAILED', '`python_transform`: `config` is no dict any more after the transform.', {
    suggestion: "Change parts of it, e.g. config['alias'] = 'New', and do not assign to `config` itself.",
  });
}

/** An `id` in the body would be written as the item's id and make a second item of a copied one. */
function checkId(kind: ConfigKind, id: unknown, itemId: string, identifier: string | undefined): void {
  if (id === undefined || id === null || (identifier !== undefined && String(id) === itemId)) return;
  const problem = identifier === undefined ? 'names an item, but the call does not' : `is not the id of ${identifier}`;
  throw new Fault('VALIDATION_FAILED', `\`config.id\`: id '${String(id)}' ${problem}.`, {
    suggestion:
      identifier === undefined
        ? `To change that ${kind.kind}, pass ${kind.parameter}='${String(id)}'; to make a new one, leave id out.`
        : `Leave id out: ${kind.parameter} says which ${kind.kind} is meant.`,
    context: { parameter: 'config.id', value: String(id) },
  });
}
