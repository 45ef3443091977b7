import { isRecord, SELECTOR_KEYS } from './selector.ts';

type Json = Readonly<Record<string, unknown>>;

/** One thing that a script, or the actions of an automation, may do. */
export type ActionStep =
  | ReadAction
  | { readonly kind: 'device'; readonly domain: string; readonly entityId: string | undefined }
  | { readonly kind: 'event' }
  /** Nothing tells what this does before it runs; `atMost`: the widest action it can be, null when it can be any. */
  | { readonly kind: 'unreadable'; readonly atMost?: ReadAction | null };

interface ReadAction {
  readonly kind: 'action';
  readonly action: string;
  readonly selector: Json;
  readonly data: Json;
  readonly isTemplated: boolean;
}

/** Keys of a step under which further steps lie. */
const BRANCHES = ['sequence', 'then', 'else', 'default', 'choose', 'repeat', 'parallel'] as const;
/** Steps that only wait, decide or remember. */
const HARMLESS = [
  ...['condition', 'and', 'or', 'not', 'if', 'delay', 'wait_template', 'wait_for_trigger'],
  ...['variables', 'stop', 'set_conversation_response'],
];

/** All steps of a sequence, those of every branch included: which of them run is decided later. Source: HA `helpers/script.py`. */
export function actionSteps(sequence: unknown): readonly ActionStep[] {
  if (Array.isArray(sequence)) return sequence.flatMap(actionSteps);
  if (sequence === undefined || sequence === null) return [];
  // A template alone is a condition.
  if (typeof sequence === 'string') return [];
  if (!isRecord(sequence)) return [{ kind: 'unreadable' }];
  if (sequence['enabled'] === false) return [];
  return stepOf(sequence) ?? branchesOf(sequence);
}

function stepOf(step: Json): readonly ActionStep[] | undefined {
  if ('service_template' in step) return [serviceStep(step, step['service_template'])];
  const action = step['action'] ?? step['service'];
  if (action !== undefined) return [serviceStep(step, action)];
  if ('scene' in step) return [serviceStep({ target: { entity_id: step['scene'] } }, 'scene.turn_on')];
  if ('event' in step) return [{ kind: 'event' }];
  if ('condition' in step) return [];
  if ('device_id' in step && typeof step['domain'] === 'string') {
    const entityId = step['entity_id'];
    return [{ kind: 'device', domain: step['domain'], entityId: typeof entityId === 'string' ? entityId : undefined }];
  }
  return undefined;
}

function branchesOf(step: Json): readonly ActionStep[] {
  const branches = BRANCHES.filter((key) => key in step);
  if (branches.length > 0) return branches.flatMap((key) => actionSteps(step[key]));
  // An option of `choose` with nothing to do, or a step that does nothing to the home.
  const isKnown = 'conditions' in step || HARMLESS.some((key) => key in step) || Object.keys(step).length === 0;
  return isKnown ? [] : [{ kind: 'unreadable' }];
}

function serviceStep(step: Json, action: unknown): ActionStep {
  if (typeof action !== 'string') return { kind: 'unreadable', atMost: null };
  if (!isTemplate(action)) return readAction(step, action);
  const [, domain] = /^\s*([a-z_]+)\./.exec(action) ?? [];
  const isAnyOfDomain = domain !== undefined && domain !== 'script';
  return { kind: 'unreadable', atMost: isAnyOfDomain ? readAction(step, `${domain}.toggle`) : null };
}

function readAction(step: Json, action: string): ReadAction {
  const parts = [step['target'], step['data'], step['data_template'], step['service_data'], pickSelector(step)];
  // `target: "{{ … }}"`: the whole of it comes out of a template.
  const isWholeTemplate = parts.some((part) => typeof part === 'string' && part !== '');
  const merged: Json = Object.assign({}, ...parts.filter(isRecord));
  const selector = pickSelector(merged);
  return {
    kind: 'action',
    action: action.trim().toLowerCase(),
    selector,
    data: merged,
    isTemplated: isWholeTemplate || hasTemplate(selector),
  };
}

function pickSelector(from: Json): Json {
  const keys = [...SELECTOR_KEYS, 'exclude'];
  return Object.fromEntries(keys.flatMap((key) => (key in from ? [[key, from[key]]] : [])));
}

export function hasTemplate(value: unknown): boolean {
  if (typeof value === 'string') return isTemplate(value);
  if (Array.isArray(value)) return value.some(hasTemplate);
  return isRecord(value) && Object.entries(value).some(([key, one]) => isTemplate(key) || hasTemplate(one));
}

function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%') || text.includes('{#');
}
