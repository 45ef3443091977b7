import { MENU_KEYS } from '@hub/ha/flow-menus.ts';
import type { FlowAnswers } from '@hub/ha/run-flow.ts';

/** The call's own parameters and its `config` as answers to a helper's dialogue; `config` wins. */
export function entryAnswers(parameters: FlowAnswers, config: FlowAnswers = {}): FlowAnswers {
  const all = [...Object.entries(parameters), ...Object.entries(config)];
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

/** Kinds that Home Assistant groups as sensors. */
const SENSORS: ReadonlySet<string> = new Set(['input_number', 'number', 'sensor']);

/** For a new group whose kind was not named: what its members leave no choice about. */
export function withGroupKind(kind: string, answers: FlowAnswers): FlowAnswers {
  if (kind !== 'group' || MENU_KEYS.some((key) => key !== 'type' && answers[key] !== undefined)) return answers;
  const members = [answers['entities']].flat().flatMap((one) => (typeof one === 'string' ? one.split(',') : []));
  const domains = new Set(
    members.map((one) => {
      const domain = one.trim().split('.')[0] ?? '';
      return SENSORS.has(domain) ? 'sensor' : domain;
    }),
  );
  const [only] = domains;
  return domains.size === 1 && only ? { ...answers, next_step_id: only } : answers;
}
