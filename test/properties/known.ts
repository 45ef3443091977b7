/** Texts that mean something in the home, by the name under which it told them. */
export interface Known {
  readonly all: readonly string[];
  /** For a parameter of this name, singular or plural. */
  under(name: string): readonly string[];
}

const MAX_PER_NAME = 60;

/** Words that callers pass and no answer names. */
const WORDS = [
  'light.turn_on',
  'turn_on',
  'toggle',
  'light',
  'kitchen',
  'Kitchen lights',
  'list',
  'get',
  'all',
  '24h',
  '2026-11-01T00:00:00Z',
  '2026-11-01',
  '08:30:00',
  'input_boolean',
  'simulated',
  'status',
  "{{ states('sun.sun') }}",
  "config['alias'] = 'x'",
  'return [1, 2]',
  '{"type": "ping"}',
  '/api/config',
  'config/area_registry/list',
];

/** Gathers every short text of these answers. */
export function knownFrom(answers: readonly unknown[]): Known {
  const found = new Map<string, Set<string>>();
  for (const [name, text] of answers.flatMap((answer) => textsIn(answer, ''))) {
    const texts = found.get(name) ?? new Set<string>();
    if (texts.size < MAX_PER_NAME) found.set(name, texts.add(text));
  }
  const all = new Set([...WORDS, ...[...found.values()].flatMap((texts) => [...texts].slice(0, 20))]);
  const under = (name: string) => [name, name.replace(/s$/, ''), ...(ALSO[name] ?? [])];
  return { all: [...all], under: (name) => [...new Set(under(name).flatMap((one) => [...(found.get(one) ?? [])]))] };
}

function textsIn(value: unknown, name: string): (readonly [string, string])[] {
  if (typeof value === 'string') return value === '' || value.length > 120 ? [] : [[name, value]];
  if (Array.isArray(value)) return value.flatMap((one) => textsIn(one, name));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, key));
}

/** Parameters that take what answers call otherwise. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  identifier: ['entity_id', 'unique_id', 'id'],
  entity_ids: ['entity_id'],
  device: ['device_id'],
  area: ['area_id'],
  target: ['entity_id', 'id'],
  helper_id: ['entity_id', 'unique_id'],
  config_entry_id: ['entry_id'],
};
