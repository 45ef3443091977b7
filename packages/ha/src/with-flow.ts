import { closeFlow, type FlowDoor, type FlowStart, type FlowStep, openFlow } from './flows.ts';
import type { Home } from './home.ts';
import { cancelled } from './pause.ts';

/** Opens a dialogue for as long as `use` needs it. One that has not ended by then is closed without effect: none stays open. @throws Fault */
export async function withFlow<T extends { readonly step: FlowStep }>(
  home: Home,
  start: FlowStart,
  use: (first: FlowStep) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const first = await openFlow(home, start);
  const { flow_id: flowId } = first;
  let last = first;
  try {
    // Of one that has ended already, what came of it is told also to who no longer waits.
    if (signal?.aborted && !isEnd(first)) throw cancelled(signal);
    const used = await use(first);
    last = used.step;
    await closeFollower(home, last);
    return used;
  } finally {
    if (!isEnd(last) && flowId !== undefined) await closeFlow(home, start.door, flowId);
  }
}

export function isEnd({ type }: FlowStep): boolean {
  return type === 'create_entry' || type === 'abort';
}

const FOLLOWERS: ReadonlyMap<string, FlowDoor> = new Map([
  ['config_flow', 'config'],
  ['options_flow', 'options'],
  ['config_subentries_flow', 'subentry'],
]);

/** After some entries Home Assistant opens another dialogue, to add the first part; it would stay open as well. */
async function closeFollower(home: Home, { next_flow: next }: FlowStep): Promise<void> {
  const [kind = '', flowId] = next ?? [];
  const door = FOLLOWERS.get(kind);
  if (door !== undefined && flowId !== undefined) await closeFlow(home, door, flowId);
}
