import type { EntityEntry } from '@hub/ha/records.ts';
import type { EntityUpdate } from '@hub/ha/registries.ts';
import { findEntity } from '@hub/ha/registry-reads.ts';
import type { ToolContext } from '../define.ts';
import { withAdvice } from '../shared/config-faults.ts';
import { applyChanges, applyExposure, applyOptions } from './apply.ts';
import { formatEntry, readPlaces } from './format-entry.ts';
import { noEntry } from './no-entry.ts';
import { type PlannedChanges, planChanges } from './plan-changes.ts';
import { type DeviceRename, renameDevice } from './rename-device.ts';
import { renameWarnings } from './rename-warnings.ts';
import type { SetEntityInput } from './set-input.ts';

/** What was done so far; told even when a later part fails. */
interface Progress {
  readonly updates: string[];
  readonly warnings: string[];
  deviceRename?: DeviceRename;
}

/** Changes one entity. @throws Fault with `partial` and `updates_applied` for what stands already */
export async function setOne(asked: string, call: SetEntityInput, context: ToolContext) {
  const { home, signal } = context;
  const entry = (await home.entities()).has(asked) ? await findEntity(home, asked, { signal }) : undefined;
  if (!entry) throw await noEntry(home, asked, 'Failed to update entity: Entity not found');
  const plan = await planChanges(call, entry, home);
  const newId = plan.changes['new_entity_id'];
  const entityId = typeof newId === 'string' ? newId : asked;
  const isRenamed = entityId !== asked;
  const progress: Progress = { updates: [], warnings: isRenamed ? await renameWarnings(home, asked, signal) : [] };
  try {
    await apply(plan, entry, entityId, call, context, progress);
  } catch (error) {
    const { updates } = progress;
    const facts = {
      entity_id: entityId,
      ...(updates.length > 0 ? { partial: true, updates_applied: updates } : {}),
    };
    throw withAdvice(error, facts, `Look with ha_get_entity at what ${entityId} is now.`);
  }
  const after = (await findEntity(home, entityId, { signal })) ?? entry;
  return {
    ...(await answer(after, entityId, progress, context)),
    ...(isRenamed ? { old_entity_id: asked } : {}),
    ...(call.expose_to ? { exposure: call.expose_to } : {}),
  };
}

/** In this order: registry, options, name of the device, exposure. */
async function apply(
  { changes, updates }: PlannedChanges,
  entry: EntityEntry,
  entityId: string,
  call: SetEntityInput,
  context: ToolContext,
  progress: Progress,
): Promise<void> {
  if (updates.length > 0)
    progress.warnings.push(...enableWarnings(await applyChanges(context, entry.entity_id, changes)));
  progress.updates.push(...updates);
  for (const [domain, options] of Object.entries(call.options ?? {})) {
    await applyOptions(context, entityId, domain, options);
    progress.updates.push(`options[${domain}]=${JSON.stringify(options)}`);
  }
  const deviceRename = await renameDevice(call.new_device_name, entry.device_id, context);
  if (deviceRename) progress.deviceRename = deviceRename;
  if (deviceRename?.success) progress.updates.push(`device_name -> ${call.new_device_name}`);
  if (call.expose_to && Object.keys(call.expose_to).length > 0) {
    await applyExposure(context, entityId, call.expose_to);
    progress.updates.push(`expose_to=${JSON.stringify(call.expose_to)}`);
  }
}

async function answer(after: EntityEntry, entityId: string, progress: Progress, { home }: ToolContext) {
  const { updates, deviceRename } = progress;
  const warnings = [...progress.warnings, ...(deviceRename?.warnings ?? [])];
  const isPartial = deviceRename?.device_id !== undefined && !deviceRename.success;
  return {
    success: true as const,
    entity_id: entityId,
    updates,
    entity_entry: formatEntry(after, await readPlaces(home)),
    message: updates.length > 0 ? `Entity updated: ${updates.join(', ')}` : 'It was so already.',
    ...(deviceRename ? { device_rename: deviceRename } : {}),
    ...(isPartial ? { partial: true } : {}),
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

function enableWarnings(update: EntityUpdate | undefined): string[] {
  if (update?.requiresRestart) return ['It is enabled, but appears only after Home Assistant has restarted.'];
  if (update?.reloadDelayS === undefined) return [];
  return [
    `It is enabled; Home Assistant reloads its integration within ${update.reloadDelayS} s, then it has a state.`,
  ];
}
