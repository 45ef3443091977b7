import { type Effect, highestEffect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import { actionEffect, type Reached } from '@hub/ha/effects.ts';
import { callService } from '@hub/ha/services.ts';
import type { View } from '@hub/ha/view.ts';
import type { ToolContext } from '../define.ts';
import { itemNotFound } from './config-faults.ts';
import type { ConfigKind } from './config-kinds.ts';
import { resolveItem } from './config-resolve.ts';
import { isLoaded } from './config-wait.ts';

/** An automation answers when its actions have ended, which may take long. */
const ANSWER_MS = 10_000;

/** The entity to be run, which must be loaded. @throws Fault RESOURCE_NOT_FOUND | ENTITY_NOT_FOUND */
export async function loadedEntity(home: View, kind: ConfigKind, identifier: string) {
  const { id, entityId, state } = await resolveItem(home, kind, identifier);
  if (entityId === undefined || !isLoaded(state)) throw await itemNotFound(home, kind, identifier, kind.unknownCode);
  return { id, entityId };
}

/** Runs one service on it. What is to be warned of: that its end was not waited for. @throws Fault */
export async function runItem(
  { home, signal }: ToolContext,
  action: string,
  entityId: string,
  data: Readonly<Record<string, unknown>> = {},
): Promise<string[]> {
  const [domain = '', service = ''] = action.split('.');
  try {
    await callService(home, domain, service, { data, target: { entity_id: entityId }, signal, deadlineMs: ANSWER_MS });
    return [];
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'TIMEOUT_WEBSOCKET') throw error;
    return [`${entityId} was not seen to end within ${ANSWER_MS / 1_000} s; it may still be running.`];
  }
}

/** The same after a write, which stands whatever comes of it. */
export async function runAfterWrite(
  context: ToolContext,
  action: string,
  written: { readonly entityId: string | undefined; readonly isProven: boolean },
): Promise<{ readonly isDone: boolean; readonly warnings: readonly string[] }> {
  const { entityId, isProven } = written;
  if (entityId === undefined || !isProven)
    return { isDone: false, warnings: [`It was saved, but not seen to be loaded, so ${action} was not called.`] };
  try {
    return { isDone: true, warnings: await runItem(context, action, entityId) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const open = error.outcomeUnknown ? ' It may have happened all the same.' : '';
    return { isDone: false, warnings: [`It was saved, but ${action} failed: ${error.message}${open}`] };
  }
}

/** What running the stored item can do; without one there is nothing to run. */
export async function storedEffect(
  view: View,
  kind: ConfigKind,
  identifier: string | undefined,
  action: string,
  reached: Reached,
): Promise<Effect> {
  if (identifier === undefined || identifier.trim() === '') return 'control';
  const { entityId } = await resolveItem(view, kind, identifier);
  if (entityId === undefined) return 'control';
  reached.set(entityId, null);
  return highestEffect(['control', await actionEffect(action, [entityId], view, {}, reached)]);
}
