import { plannedValues } from '@hub/ha/flow-fields.ts';
import { isDone } from '@hub/ha/run-flow.ts';
import { type FlowTrial, type FlowTry, tryFlow } from '@hub/ha/try-flow.ts';
import type { ToolContext } from '../define.ts';
import { type FlowSubject, flowFault } from './flow-fault.ts';

export interface ForeseenFlow {
  /** The settings of its first form as they would become. */
  settings(): Promise<Readonly<Record<string, unknown>>>;
  /** What is wrong with the answers, and what only saving them can tell. */
  verdict(): Promise<Readonly<Record<string, unknown>>>;
}

/** What a preview can tell of a dialogue; it is opened and closed once, and only if that is asked for. */
export function foreseeFlow(context: ToolContext, subject: FlowSubject, how: FlowTry): ForeseenFlow {
  let trial: Promise<FlowTrial> | undefined;
  const tried = () => {
    trial ??= tryFlow(context.home, subject.start, subject.answers, how);
    return trial;
  };
  return {
    async settings() {
      const { step, input, later } = await tried();
      return {
        ...(step.type === 'form' ? { options: plannedValues(step.data_schema ?? [], input) } : {}),
        // By name alone: no form tells yet which of them are secrets.
        ...(later.length > 0 ? { answers_to_later_steps: later } : {}),
      };
    },
    async verdict() {
      const { end, checked, step, later, isTakenBack } = await tried();
      if (end && isDone(end)) return { is_valid: true, note: isTakenBack ? TAKEN_BACK : SAVED };
      if (end) {
        const { message, suggestions, context: facts } = await flowFault(context, subject, end);
        return { is_valid: false, errors: [message], suggestions, ...facts };
      }
      const { met } = checked ?? {};
      if (checked) return { is_valid: true, ...(met === undefined ? {} : { warnings: [met] }) };
      return { is_valid: null, step_id: step.step_id ?? null, note: noteOn(step, later) };
    },
  };
}

const TAKEN_BACK = 'It asks for nothing: opening its dialogue set it up, and it was removed again at once.';
const SAVED =
  'It asks for nothing: opening its dialogue, as this preview did, has saved already, and that stands. Look at it before you call again.';

function noteOn(
  { type, step_id: stepId = '?', last_step: isLast }: FlowTrial['step'],
  later: readonly string[],
): string {
  if (type !== 'form') return `What follows step '${stepId}' shows only once the dialogue goes on.`;
  const open = isLast === true ? '' : ', and what they ask for next,';
  const unasked = later.length > 0 ? ` This step does not ask for ${later.join(', ')}.` : '';
  return `The answers fit the form of step '${stepId}'. Whether Home Assistant takes them${open} shows only once they are sent.${unasked}`;
}
