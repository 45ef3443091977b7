type Config = Readonly<Record<string, unknown>>;

/** Home Assistant takes both spellings and stores whichever it was given; readers see one. */
const PLURAL = [
  ['trigger', 'triggers'],
  ['condition', 'conditions'],
  ['action', 'actions'],
] as const;

/** What an action carries for others; its keys mean nothing to Home Assistant's script syntax. */
const PAYLOADS = new Set([
  'data',
  'data_template',
  'event_data',
  'event_data_template',
  'variables',
  'metadata',
  'target',
]);

/** Plural keys holding lists, `trigger` instead of `platform` inside triggers; a blueprint's instance without empty lists, which would override it. */
export function normalizeAutomation(config: Config): Config {
  const result: Record<string, unknown> = {};
  const plurals = new Map<string, string>(PLURAL);
  for (const [key, value] of Object.entries(config)) {
    const name = plurals.get(key) ?? key;
    if (name !== key && name in config) continue;
    result[name] = value;
  }
  for (const [, key] of PLURAL) if (key in result) result[key] = listOf(result[key]);
  if (Array.isArray(result['triggers'])) result['triggers'] = result['triggers'].map(renamePlatform);
  if (Array.isArray(result['actions'])) result['actions'] = result['actions'].map(fixSequences);
  return 'use_blueprint' in result ? withoutEmptyLists(result, ['triggers', 'conditions', 'actions']) : result;
}

export function normalizeScript(config: Config): Config {
  const { sequence, ...rest } = config;
  if ('use_blueprint' in config) return withoutEmptyLists(config, ['sequence']);
  return sequence === undefined ? rest : { ...config, sequence: fixSequences(sequence) };
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
}

function renamePlatform(trigger: unknown): unknown {
  if (!isObject(trigger)) return trigger;
  if (Array.isArray(trigger['triggers'])) return { ...trigger, triggers: trigger['triggers'].map(renamePlatform) };
  if (!('platform' in trigger) || 'trigger' in trigger) return trigger;
  return Object.fromEntries(
    Object.entries(trigger).map(([key, value]) => [key === 'platform' ? 'trigger' : key, value]),
  );
}

/** Models write `sequences` beside `choose`'s plural `conditions`; Home Assistant knows only `sequence`. */
function fixSequences(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(fixSequences);
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => {
      if (PAYLOADS.has(key)) return [key, value];
      const name = key === 'sequences' && !('sequence' in node) ? 'sequence' : key;
      return [name, fixSequences(value)];
    }),
  );
}

function withoutEmptyLists(config: Config, keys: readonly string[]): Config {
  const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0;
  return Object.fromEntries(Object.entries(config).filter(([key, value]) => !(keys.includes(key) && isEmpty(value))));
}

function isObject(value: unknown): value is Config {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
