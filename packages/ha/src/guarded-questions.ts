import { Fault } from '@hub/core/fault.ts';
import { hasTemplate } from './action-steps.ts';
import type { Command } from './home.ts';
import { isRecord } from './selector.ts';

/** Functions and filters that tell of entities and devices without Home Assistant noting which. */
const UNNOTED =
  /\b(integration_entities|(area|floor|label|device)_entities|(area|label)_devices|(is_)?device_attr|device_(name|id)|entity_name|config_entry_(id|attr)|is_hidden_entity|issues?)\b/;
/** The same, but of what the text itself names they tell no more than it does: the hidden in it ends the call before. */
const UNNOTED_UNLESS_NAMED = /\b(area_(id|name)|floor_(id|name)|labels)\b(?!\s*\(\s*(['"])[\w .-]+\4\s*\))/;
/** What brings in names that the text itself does not hold: macros of the home, and filters called by a computed name. */
const FROM_ELSEWHERE =
  /\{%[-+]?\s*(import|from|include|extends)\b|\b(map|select|reject)\s*\(\s*(?!(['"])[a-z_]+\3\s*[,)]|attribute\s*=)/;
/** Of targets, triggers and conditions it is the home that expands them, hidden entities and all. */
const EXPANDED = /^(subscribe_condition|subscribe_trigger|get_\w+_for_target|explain_target|\w+\/start_preview)$/;
const PLAIN_CONDITIONS = new Set(['and', 'not', 'numeric_state', 'or', 'state', 'sun', 'time', 'zone']);
const NESTING = ['conditions', 'and', 'or', 'not'] as const;

/** Refuses questions whose answer can tell of hidden entities without naming one. @throws Fault ENTITY_VISIBILITY_ENFORCED */
export function assertAnswerable({ type, ...rest }: Command): void {
  if (EXPANDED.test(type)) throw unanswerable(type, 'Ask for single entities, with ha_get_state or ha_search.');
  if (type === 'render_template') {
    const text = String(rest['template']);
    if (UNNOTED.test(text) || UNNOTED_UNLESS_NAMED.test(text) || FROM_ELSEWHERE.test(text))
      throw unanswerable('this template', 'Name the visible entities in it; ha_search lists them by area.');
  } else if (type === 'test_condition' && !isPlain(rest['condition']))
    throw unanswerable(
      'this condition',
      'Ask with state, numeric_state, sun, time or zone, by entity and without templates.',
    );
}

function isPlain(condition: unknown): boolean {
  if (Array.isArray(condition)) return condition.every(isPlain);
  if (!isRecord(condition) || hasTemplate(condition) || 'target' in condition) return false;
  const inner = NESTING.flatMap((key) => (key in condition ? [condition[key]] : []));
  const { condition: kind } = condition;
  return (kind === undefined ? inner.length > 0 : PLAIN_CONDITIONS.has(String(kind))) && inner.every(isPlain);
}

function unanswerable(what: string, suggestion: string): Fault {
  return new Fault(
    'ENTITY_VISIBILITY_ENFORCED',
    `The answer to ${what} could tell of entities hidden from this connector.`,
    {
      suggestion,
    },
  );
}
