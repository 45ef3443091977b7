import { Fault } from '@hub/core/fault.ts';
import type { Trace } from '@hub/ha/traces.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';

const MAX_ENTRIES = 50;
const contextShape = z.looseObject({ id: z.string() });

/** The context a run had, and what the logbook wrote under it. Source: HA `logbook/get_events` with `context_id`. */
export async function traceContext(home: View, trace: Trace, signal: AbortSignal): Promise<Record<string, unknown>> {
  const context = contextShape.safeParse(trace.context);
  if (!context.success) return {};
  return {
    context: context.data,
    logbook_entries: await logbook(home, trace.timestamp.start, context.data.id, signal),
  };
}

/** Empty where the home keeps no logbook. */
async function logbook(home: View, start: string, contextId: string, signal: AbortSignal): Promise<unknown[]> {
  try {
    const command = { type: 'logbook/get_events', start_time: start, context_id: contextId };
    return z
      .array(z.unknown())
      .parse(await home.send(command, { isWrite: false, signal }))
      .slice(0, MAX_ENTRIES);
  } catch (error) {
    if (error instanceof Fault && error.code === 'COMPONENT_NOT_INSTALLED') return [];
    throw error;
  }
}
