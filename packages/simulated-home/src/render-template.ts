import { type Commands, command } from './command.ts';
import type { HomeModel, StateChange } from './home-model.ts';
import { type Json, textOf } from './read.ts';
import { Refusal } from './refusal.ts';

interface Rendered {
  readonly result: string;
  readonly entities: readonly string[];
}

const expression = /\{\{\s*(.*?)\s*\}\}/gs;
const call = /^(states|is_state|state_attr)\(\s*'([^']*)'\s*(?:,\s*'([^']*)'\s*)?\)$/;
const literal = /^'([^']*)'$|^(-?\d+(?:\.\d+)?)$/;

function value(home: HomeModel, text: string, entities: string[]): string {
  const [, name, entityId = '', argument = ''] = call.exec(text) ?? [];
  if (name === undefined) {
    const found = literal.exec(text);
    if (found === null)
      throw new Refusal(
        'template_error',
        `This simulated home cannot evaluate: ${text}. It knows states(), is_state(), state_attr() and literals.`,
      );
    return found[1] ?? found[2] ?? '';
  }
  entities.push(entityId);
  const record = home.states.get(entityId);
  if (name === 'states') return record?.state ?? 'unknown';
  if (name === 'is_state') return record?.state === argument ? 'True' : 'False';
  const attribute = record?.attributes[argument];
  return attribute === undefined || attribute === null ? 'None' : textOf(attribute, JSON.stringify(attribute));
}

/** Text with `{{ states('x') }}`, `is_state('x','y')`, `state_attr('x','y')` and literals. @throws Refusal template_error for anything else */
export function renderTemplate(home: HomeModel, template: string): Rendered {
  const entities: string[] = [];
  if (template.includes('{%') || template.replace(expression, '').includes('{{')) {
    throw new Refusal(
      'template_error',
      'TemplateSyntaxError: this simulated home knows no statements or unfinished expressions',
    );
  }
  const result = template.replace(expression, (_all, text: string) => value(home, text, entities));
  return { result: result.trim(), entities };
}

function typed(result: string): unknown {
  if (result === 'True' || result === 'False') return result === 'True';
  return /^-?\d+(\.\d+)?$/.test(result) ? Number(result) : result;
}

function answer(home: HomeModel, message: Json): { event: Json; entities: readonly string[] } {
  const { result, entities } = renderTemplate(home, textOf(message['template']));
  const listeners = { all: false, entities, domains: [], time: false };
  return { event: { result: typed(result), listeners }, entities };
}

export const templateCommands: Commands = {
  render_template: command(
    'template! entity_ids variables timeout strict report_errors',
    ({ home, message, emit, keep, after }) => {
      const render = (): boolean => {
        try {
          emit(answer(home, message).event);
          return true;
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          if (message['report_errors'] === true) emit({ error: error.message, level: 'ERROR' });
          return false;
        }
      };
      const watch = ({ entityId }: StateChange) => {
        if (textOf(message['template']).includes(entityId)) render();
      };
      after(() => render() && home.watchers.add(watch));
      keep(() => home.watchers.delete(watch));
      return null;
    },
  ),
};
