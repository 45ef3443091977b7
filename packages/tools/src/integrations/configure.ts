import { Fault } from '@hub/core/fault.ts';
import { readConfigEntry } from '@hub/ha/config-entries.ts';
import { listFlowHandlers } from '@hub/ha/flows.ts';
import type { FlowAnswers } from '@hub/ha/run-flow.ts';
import { waitForPush } from '@hub/ha/wait-for-push.ts';
import type { ToolContext } from '../define.ts';
import { nearestIds } from '../shared/entity-not-found.ts';
import { entryEntities } from '../shared/entry-entities.ts';
import { changeEntry, makeEntry } from '../shared/make-entry.ts';
import { findIntegration } from './find-entry.ts';

/** Devices come one by one; what is there by then is told. */
const ENTITY_WAIT_MS = 5_000;

/** Sets up a new entry of an integration. @throws Fault RESOURCE_NOT_FOUND for a domain there is not */
export async function create(context: ToolContext, given: string, answers: FlowAnswers) {
  const domain = given.trim().toLowerCase();
  const handlers = await listFlowHandlers(context.home, { signal: context.signal });
  if (!handlers.includes(domain)) throw noSuchIntegration(domain, handlers);
  const { entry, warnings } = await makeEntry(context, {
    ...{ domain, item: { kind: 'config_entry', id: domain }, answers, isAdvanced: false, about: { domain } },
  });
  const { entry_id: entryId, title } = entry;
  const state = await stateOf(context, entryId);
  const entities = state.state === 'loaded' ? await entryEntities(context, entryId, ENTITY_WAIT_MS) : undefined;
  const all = [...warnings, ...state.warnings];
  return {
    ...{ success: true as const, entry_id: entryId, title, domain, state: state.state },
    entity_ids: entities?.ids ?? [],
    message: `Set up ${domain} ${title}.`,
    ...(all.length > 0 ? { warnings: all } : {}),
  };
}

/** Changes an entry's options. @throws Fault RESOURCE_NOT_FOUND | VALIDATION_INVALID_PARAMETER */
export async function changeOptions(context: ToolContext, entryId: string, answers: FlowAnswers) {
  const found = await findIntegration(context, entryId);
  const { domain } = found;
  if (found.supports_options !== true) {
    throw new Fault('VALIDATION_INVALID_PARAMETER', `\`config\`: ${domain} has no options.`, {
      suggestion:
        found.supports_reconfigure === true
          ? 'It can be reconfigured: call again with reconfigure=true.'
          : 'What it was set up with can be changed only by setting it up anew.',
      context: { parameter: 'config', entry_id: entryId, domain },
    });
  }
  const { entry, warnings } = await changeEntry(context, {
    ...{ entryId: found.entry_id, domain, item: { kind: 'config_entry', id: found.entry_id }, answers },
    ...{ isAdvanced: false, about: { entry_id: entryId, domain } },
  });
  const state = await stateOf(context, found.entry_id);
  const all = [...warnings, ...state.warnings];
  return {
    ...{ success: true as const, entry_id: found.entry_id, title: entry.title, domain, updated: true as const },
    ...(entry.options ? { options: entry.options } : {}),
    message: `Changed the options of ${domain} ${entry.title}.`,
    ...(all.length > 0 ? { warnings: all } : {}),
  };
}

const SETTLE_MS = 10_000;
const ON_ITS_WAY: ReadonlySet<string> = new Set(['setup_in_progress', 'unload_in_progress']);

/** How the entry does once it is set up again, waited for by event. Failing on setup is told, not a failure of the write. */
export async function stateOf({ home, signal }: ToolContext, entryId: string) {
  let entry: Awaited<ReturnType<typeof readConfigEntry>>;
  const look = async () => {
    entry = await readConfigEntry(home, entryId, { signal });
    return !ON_ITS_WAY.has(entry?.state ?? '');
  };
  await waitForPush(home, { type: 'config_entries/subscribe' }, look, { deadlineMs: SETTLE_MS, signal });
  const state = entry?.state ?? 'gone';
  const isFine = state === 'loaded' || Boolean(entry?.disabled_by);
  const reason = entry?.reason ? `: ${entry.reason}` : '';
  return { state, warnings: isFine ? [] : [`It is saved, but its state is ${state}${reason}.`] };
}

function noSuchIntegration(domain: string, handlers: readonly string[]): Fault {
  const near = nearestIds(domain, handlers);
  return new Fault('RESOURCE_NOT_FOUND', `Home Assistant knows no integration '${domain}' that could be set up here.`, {
    suggestion: [
      ...(near.length > 0 ? [`Did you mean ${near.join(', ')}?`] : []),
      'Give its domain, such as met or mqtt. Some are set up in YAML only, custom ones have to be installed first.',
    ],
    context: { domain },
  });
}
