import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { FlowDoor, FlowStep } from './flows.ts';
import type { Home } from './home.ts';
import { within } from './pause.ts';

/**
 * Home Assistant shows beforehand what some helpers would become. To these forms it applies the checks of the dialogue as it does so;
 * with the others it checks less, and falls over what is not there.
 */
const CHECKED: ReadonlySet<unknown> = new Set(['group', 'template']);
const FIRST_EVENT_MS = 3_000;

const eventSchema = z.looseObject({ error: z.string().optional() });

export interface Checked {
  /** What it refuses. */
  readonly refused?: string;
  /** What it takes, but meets as it works with it: a template that does not render now. */
  readonly met?: string;
}

/**
 * What Home Assistant itself says to a filled form, nothing saved; undefined where it cannot tell. Source: HA `<integration>/start_preview`.
 * @throws Fault CANCELLED
 */
export async function checkAnswers(
  home: Home,
  door: FlowDoor,
  step: FlowStep,
  input: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
): Promise<Checked | undefined> {
  const { preview, flow_id } = step;
  if (!CHECKED.has(preview)) return undefined;
  const command = {
    type: `${String(preview)}/start_preview`,
    ...{ flow_id, flow_type: `${door}_flow`, user_input: input },
  };
  const first = Promise.withResolvers<unknown>();
  try {
    const options = { isWrite: false, ...(signal && { signal }) };
    const subscription = await home.subscribe(command, first.resolve, options);
    try {
      const late = () => new Fault('TIMEOUT_OPERATION', 'Home Assistant showed nothing.');
      const event = await within(first.promise, FIRST_EVENT_MS, signal, late);
      const { error } = eventSchema.catch({}).parse(event);
      return error === undefined ? {} : { met: error };
    } finally {
      await subscription.close();
    }
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'CANCELLED') throw error;
    // Taken, as the subscription stands; what it would become takes long.
    if (error.code === 'TIMEOUT_OPERATION') return {};
    return /^(VALIDATION_FAILED|SERVICE_CALL_FAILED)$/.test(error.code) ? { refused: error.message } : undefined;
  }
}
