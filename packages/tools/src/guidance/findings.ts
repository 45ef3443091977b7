type Config = Readonly<Record<string, unknown>>;

interface Place {
  /** `triggers[0]`, `actions[1].then[0]`. */
  readonly path: string;
  readonly node: Config;
  /** The list it stands in: triggers, conditions, or steps of any name. */
  readonly list: string;
}

const MAX_FINDINGS = 6;
const MOTION = /motion|occupancy|presence|bewegung/i;
const LONG_DELAY_S = 30 * 60;

const ENTITY = 'references/triggers-and-conditions.md#entity-over-device';
const NATIVE = 'references/automation-patterns.md#native-conditions';
const RARE = 'references/triggers-and-conditions.md#when-nothing-else-fits';
const MODE = 'references/automation-patterns.md#light-by-motion';
const WAIT = 'references/automation-actions.md#branch-wait-with-timeout-continue';
const FORMS = 'references/template-guidelines.md#forms-that-hold';

/** What in an automation or script goes against the guide, each with the section that says more; nothing of it is an error. */
export function findings(config: Config): string[] {
  const places = [...walk(config, '')];
  const found = [
    ...places.flatMap(deviceFindings),
    ...places.flatMap(templateFindings),
    ...places.flatMap(waitFindings),
    ...modeFindings(config, places),
    ...textFindings(config),
  ];
  return [...new Set(found)].slice(0, MAX_FINDINGS);
}

const SUM =
  /^\s*\{\{[\s(]*states\([^)]*\)\s*\|\s*(float|int)(\([^)]*\))?(\s*\+\s*states\([^)]*\)\s*\|\s*(float|int)(\([^)]*\))?)+[\s)]*(\/\s*\d+)?/;
const LIMIT = /^\s*\{\{\s*states\([^)]*\)\s*\|\s*(float|int)(\([^)]*\))?\s*[<>]=?\s*[\d.]+\s*\}\}\s*$/;

/** The same of a template helper: what a helper made for it does, unavailable sources included. */
export function templateHelperFindings(state: unknown): string[] {
  if (typeof state !== 'string') return [];
  const found: string[] = [];
  if (SUM.test(state))
    found.push(
      'state: a min_max helper gives sum and mean, and copes with unavailable sensors (references/helper-selection.md#several-into-one)',
    );
  if (LIMIT.test(state))
    found.push(
      'state: a threshold helper says this, with hysteresis (references/helper-selection.md#limit-with-hysteresis)',
    );
  if (/now\(\)\s*\.\s*(hour|weekday|isoweekday)/.test(state))
    found.push('state: a schedule or tod helper says this (references/helper-selection.md#a-weekly-plan)');
  return [...found, ...textFindings({ state })];
}

function deviceFindings({ path, node, list }: Place): string[] {
  if (node['trigger'] === 'device' || node['condition'] === 'device' || (list === 'actions' && 'device_id' in node))
    return [`${path}: tied to a device_id, which changes with the hardware; name the entity instead (${ENTITY})`];
  const target = node['target'];
  return isObject(target) && 'device_id' in target
    ? [`${path}: targets a device_id; name entity_id, area_id or label_id (${ENTITY})`]
    : [];
}

/** Templates that say what a native trigger or condition says. */
const NATIVE_FORMS: readonly (readonly [RegExp, string])[] = [
  [/now\(\)\s*\.\s*(hour|minute|weekday|strftime|time)|now\(\)\.isoweekday/, 'time'],
  [/states\([^)]*\)\s*\|\s*(float|int)(\([^)]*\))?\s*[<>]/, 'numeric_state'],
  [/^\s*\{\{\s*(not\s+)?is_state\([^)]*\)\s*\}\}\s*$/, 'state'],
  [/^\s*\{\{\s*states\([^)]*\)\s*==\s*['"][^'"]*['"]\s*\}\}\s*$/, 'state'],
  [/state_attr\(\s*['"]sun\.sun|is_state\(\s*['"]sun\.sun/, 'sun, or numeric_state of its elevation'],
];

function templateFindings({ path, node, list }: Place): string[] {
  const isTrigger = list === 'triggers' && node['trigger'] === 'template';
  const isCondition = list === 'conditions' && (node['condition'] === 'template' || 'shorthand' in node);
  const template = node['value_template'] ?? node['shorthand'];
  if (!(isTrigger || isCondition) || typeof template !== 'string') return [];
  const native = NATIVE_FORMS.find(([form]) => form.test(template))?.[1];
  if (native === undefined) return [];
  return [
    `${path}: this template says what ${native} says, which is checked when saved (${isTrigger ? RARE : NATIVE})`,
  ];
}

function waitFindings({ path, node }: Place): string[] {
  if ('wait_template' in node)
    return [`${path}: wait_for_trigger with a timeout says what is waited for, wait_template does not (${WAIT})`];
  return 'delay' in node && secondsOf(node['delay']) >= LONG_DELAY_S
    ? [`${path}: a delay this long is lost at a restart; use a timer helper or \`for:\` (${MODE.split('#')[0]})`]
    : [];
}

/** A light that motion turns on and a wait turns off: in mode single, further motion does not prolong it. */
function modeFindings(config: Config, places: readonly Place[]): string[] {
  const isSingle = (config['mode'] ?? 'single') === 'single';
  const isMotion = places.some(({ list, node }) => list === 'triggers' && MOTION.test(String(node['entity_id'] ?? '')));
  const waits = places.some(({ node }) => 'delay' in node || 'wait_for_trigger' in node || 'wait_template' in node);
  return isSingle && isMotion && waits
    ? [`mode: single ignores motion while it waits; restart prolongs the light (${MODE})`]
    : [];
}

function textFindings(config: Config): string[] {
  const text = JSON.stringify(config);
  const found: string[] = [];
  if (/\{[{%][^}]*\bstates\.[a-z_]+\.[a-z0-9_]+\.(state|attributes)/.test(text))
    found.push(`templates: states.domain.name.state fails while the entity is missing; use states('…') (${FORMS})`);
  if (/\bstates?(_attr)?\([^)]*\)\s*\|\s*(float|int)\b(?!\s*\()/.test(text))
    found.push(`templates: give float and int a default, e.g. float(0), for unavailable sensors (${FORMS})`);
  return found;
}

const LISTS = new Set([
  'triggers',
  'conditions',
  'actions',
  'sequence',
  'then',
  'else',
  'default',
  'parallel',
  'if',
  'choose',
  'while',
  'until',
  'wait_for_trigger',
]);
const listKind = (key: string) =>
  key === 'triggers' || key === 'wait_for_trigger'
    ? 'triggers'
    : ['conditions', 'if', 'while', 'until'].includes(key)
      ? 'conditions'
      : 'actions';

function* walk(node: Config, path: string): Generator<Place> {
  for (const [key, value] of Object.entries(node)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (key === 'repeat' && isObject(value)) yield* walk(value, at);
    if (!LISTS.has(key)) continue;
    const items = [value].flat().map((item, n) => [Array.isArray(value) ? `${at}[${n}]` : at, item] as const);
    for (const [here, item] of items) yield* placesOf(item, here, listKind(key));
  }
}

function* placesOf(item: unknown, path: string, list: string): Generator<Place> {
  if (typeof item === 'string') yield { path, node: { shorthand: item }, list };
  if (!isObject(item)) return;
  yield { path, node: item, list };
  yield* walk(item, path);
}

function secondsOf(delay: unknown): number {
  if (typeof delay === 'number') return delay;
  if (typeof delay === 'string' && /^\d+(:\d\d){1,2}$/.test(delay)) {
    const [hours = 0, minutes = 0, seconds = 0] = delay.split(':').map(Number);
    return hours * 3_600 + minutes * 60 + seconds;
  }
  if (!isObject(delay)) return 0;
  const { days = 0, hours = 0, minutes = 0, seconds = 0 } = delay;
  return Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds) || 0;
}

function isObject(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
