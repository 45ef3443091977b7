import { answerFlow, type FlowDoor, type FlowStep } from './flows.ts';
import type { Home } from './home.ts';

/** Where the choice of a menu may stand, besides Home Assistant's own word. */
export const MENU_KEYS = [
  'next_step_id',
  'menu_choice',
  'group_type',
  'template_type',
  'entity_type',
  'platform',
  'type',
];

const MAX_MENUS = 25;

export interface Passed {
  /** The first step that is no menu, or the menu that stops it. */
  readonly step: FlowStep;
  /** Why Home Assistant did not take the choice; without it, a menu there is for want of a choice. */
  readonly refused?: Readonly<Record<string, string>>;
}

/** Goes behind the menus that a dialogue begins with, as `choose` says. A choice may already act, where menus do not only lead to forms. @throws Fault */
export async function passMenus(
  home: Home,
  door: FlowDoor,
  first: FlowStep,
  choose: (options: readonly string[]) => string | undefined,
): Promise<Passed> {
  let step = first;
  for (let menus = 0; step.type === 'menu' && menus < MAX_MENUS; menus++) {
    const choice = choose(menuOptions(step));
    if (choice === undefined || step.flow_id === undefined) break;
    const next = await answerFlow(home, door, step.flow_id, { next_step_id: choice }, { isWrite: false });
    if ('refused' in next) return { step, refused: next.refused };
    step = next.step;
  }
  return { step };
}

export function menuOptions({ menu_options: options }: FlowStep): readonly string[] {
  return Array.isArray(options) ? options : Object.keys(options ?? {});
}

export interface Choices {
  /** The next given choice that this menu has; each serves once. */
  take(options: readonly string[]): string | undefined;
  /** The same, else the one thing that can be chosen. */
  takeOrOnly(options: readonly string[]): string | undefined;
  /** The answers that served. */
  keys(): readonly string[];
}

/** The choices for menus among `answers`. */
export function createChoices(answers: Readonly<Record<string, unknown>>): Choices {
  const given = MENU_KEYS.flatMap((key) => [answers[key]].flat().map((choice) => ({ key, choice })));
  const served = new Set<string>();
  const take = (options: readonly string[]) => {
    const at = given.findIndex(({ choice }) => typeof choice === 'string' && options.includes(choice));
    const [found] = at < 0 ? [] : given.splice(at, 1);
    if (found === undefined) return undefined;
    for (const key of MENU_KEYS) if (key === found.key || answers[key] === found.choice) served.add(key);
    return String(found.choice);
  };
  return {
    take,
    takeOrOnly: (options) => take(options) ?? (options.length === 1 ? options[0] : undefined),
    keys: () => [...served],
  };
}
