import { readRunningConfig } from '@hub/ha/running-config.ts';
import type { View } from '@hub/ha/view.ts';
import { z } from 'zod';

export const diagnosticsShape = z.strictObject({
  automation_exists: z.boolean(),
  automation_enabled: z.boolean(),
  trace_storage_enabled: z.boolean(),
  last_triggered: z.string().nullable(),
  suggestion: z.string(),
});

/** Why there may be no traces: not there, switched off, never ran, or told not to keep any. */
export async function diagnose(
  home: View,
  domain: 'automation' | 'script',
  entityId: string,
): Promise<z.infer<typeof diagnosticsShape>> {
  const state = (await home.states()).get(entityId);
  const last = state?.attributes['last_triggered'];
  const facts = {
    automation_exists: state !== undefined,
    // A script is 'on' only while it runs; it can be called as long as it is there.
    automation_enabled:
      domain === 'script' ? state !== undefined && state.state !== 'unavailable' : state?.state === 'on',
    trace_storage_enabled: domain === 'script' || state === undefined || (await storesTraces(home, entityId)),
    last_triggered: typeof last === 'string' ? last : null,
  };
  return { ...facts, suggestion: suggest(facts, domain, entityId) };
}

async function storesTraces(home: View, entityId: string): Promise<boolean> {
  const config = await readRunningConfig(home, 'automation', entityId);
  const trace = z.object({ stored_traces: z.number().optional() }).safeParse(config?.['trace']);
  return !trace.success || trace.data.stored_traces !== 0;
}

function suggest(
  facts: Omit<z.infer<typeof diagnosticsShape>, 'suggestion'>,
  domain: string,
  entityId: string,
): string {
  if (!facts.automation_exists) return `There is no ${entityId} in this home; look it up with ha_search.`;
  if (!facts.automation_enabled)
    return domain === 'script'
      ? `${entityId} is unavailable: Home Assistant could not load it. See ha_get_logs.`
      : `${entityId} is switched off; turn it on with ha_call_service automation.turn_on.`;
  if (!facts.trace_storage_enabled) return `${entityId} keeps no traces: its config has trace.stored_traces 0.`;
  if (facts.last_triggered === null)
    return `${entityId} has never run. Check that what should start it happens, or run it once by hand.`;
  return `${entityId} ran last at ${facts.last_triggered}, but its traces are gone: an edit or a restart clears them.`;
}
