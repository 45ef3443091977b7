import { readFlowTexts, shownStep } from '@hub/ha/flow-texts.ts';
import type { FlowStart } from '@hub/ha/flows.ts';
import type { HelperKind } from '@hub/ha/helpers.ts';
import { peekFlow } from '@hub/ha/run-flow.ts';
import type { ToolContext } from '../define.ts';
import { requireAdmin } from '../shared/require-admin.ts';
import { settingsOf } from './fields.ts';
import { findEntry } from './find-entry.ts';
import type { EntryKind } from './kinds.ts';

export interface DescribeWish {
  /** Describes what of this one can be changed, with the values it has. */
  readonly helperId: string | undefined;
  readonly menuChoice: string | undefined;
}

/** The form or menu that a kind of helper starts with; nothing is made. @throws Fault */
export async function describeEntry(context: ToolContext, kind: EntryKind, { helperId, menuChoice }: DescribeWish) {
  const { home, signal } = context;
  await requireAdmin(context, `The form of a ${kind} helper`);
  const start: FlowStart =
    helperId === undefined
      ? { door: 'config', handler: kind }
      : { door: 'options', handler: (await findEntry(context, kind, helperId, 'helper_id')).entry_id };
  const [step, texts] = await Promise.all([
    peekFlow(home, start, { menu_choice: menuChoice }),
    readFlowTexts(home, kind, start, { signal }),
  ]);
  const next =
    step.type === 'menu'
      ? 'Choose one of menu_options: as menu_choice here to see its form, as config.next_step_id when creating.'
      : 'Give the answers in config of ha_config_set_helper; a field of a section may stand beside it.';
  return {
    ...{ success: true as const, helper_type: kind },
    ...(helperId === undefined ? {} : { entry_id: start.handler }),
    ...(menuChoice === undefined ? {} : { menu_choice: menuChoice }),
    ...shownStep(step, texts),
    message: next,
  };
}

/** A stored kind has no dialogue: its settings are parameters of the tool. */
export function describeStored(kind: HelperKind) {
  return {
    ...{ success: true as const, helper_type: kind, flow_type: 'parameters' as const },
    settings: settingsOf(kind),
    message: 'Give them as parameters of ha_config_set_helper, or in its config. name is required for a new one.',
  };
}
