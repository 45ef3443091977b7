import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { type BackupEvent, subscribeBackupEvents } from './backups.ts';
import type { CallOptions, Home } from './home.ts';
import { requestJson } from './http.ts';
import { within } from './pause.ts';
import { callService } from './services.ts';

const reloadSchema = z.looseObject({ require_restart: z.boolean().default(false) });
const statesSchema = z.array(z.looseObject({ last_changed: z.string() }));

const RELOAD_MS = 60_000;
const ASK_MS = 5_000;
const BUSY_STATES = new Set(['create_backup', 'receive_backup', 'restore_backup']);
const KNOCK_MS = 2_000;

/** Unloads an integration's entry and sets it up again; true when it takes effect only after a restart. Up to 60 s. Needs an administrator: another is counted there as a failed login. @throws Fault RESOURCE_NOT_FOUND; SERVICE_CALL_FAILED for one that cannot be reloaded */
export async function reloadEntry(home: Home, entryId: string, options: CallOptions = {}): Promise<boolean> {
  const path = `/api/config/config_entries/entry/${encodeURIComponent(entryId)}/reload`;
  try {
    const answer = await requestJson(home, { method: 'POST', path }, { deadlineMs: RELOAD_MS, ...options });
    return reloadSchema.parse(answer).require_restart;
  } catch (error) {
    // Here 403 is not about who asks.
    if (error instanceof Fault && error.context['status'] === 403) throw notReloadable(entryId, error);
    throw error;
  }
}

function notReloadable(entryId: string, cause: Fault): Fault {
  return new Fault('SERVICE_CALL_FAILED', 'Home Assistant cannot reload this entry in its present state.', {
    suggestion: 'Restart Home Assistant, or disable and enable the integration.',
    context: { entry_id: entryId },
    cause,
  });
}

/** What the backup manager is busy with (`create_backup` …); undefined when a restart would disturb none. @throws Fault */
export async function runningBackup(home: Home, options: CallOptions = {}): Promise<string | undefined> {
  if (!home.info.components.has('backup')) return undefined;
  const first = Promise.withResolvers<string>();
  const onEvent = ({ manager_state: state }: BackupEvent) => state !== undefined && first.resolve(state);
  const subscription = await subscribeBackupEvents(home, onEvent, options);
  try {
    const state = await within(
      first.promise,
      ASK_MS,
      options.signal,
      () => new Fault('TIMEOUT_OPERATION', 'The backup manager is silent.'),
    );
    return BUSY_STATES.has(state) ? state : undefined;
  } finally {
    await subscription.close();
  }
}

export interface Restart {
  /** It runs again, and everything in it is newer than before. Otherwise it took the command and that is all that was seen. */
  readonly isBack: boolean;
  readonly tookMs: number;
}

export interface RestartWait {
  /** The youngest state before: that it did restart is read off the states, which are all younger then. */
  readonly newestMs: number;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/**
 * Restarts Home Assistant and waits until it runs again, at most `deadlineMs`. Sent once.
 * @throws Fault when the home refuses, as with a bad configuration or while its database is upgraded
 */
export function restartHome(home: Home, wait: RestartWait): Promise<Restart> {
  const { signal } = wait;
  const act = () => callService(home, 'homeassistant', 'restart', { signal, deadlineMs: RELOAD_MS });
  return throughRestart(home, act, wait);
}

/**
 * Sends what takes Home Assistant down and waits until it runs again. That the answer is lost is the rule.
 * @throws Fault as the home refuses; AUTH_INVALID_TOKEN when it came back and refuses the hub
 */
export async function throughRestart(
  home: Home,
  act: () => Promise<unknown>,
  { newestMs, deadlineMs, signal }: RestartWait,
): Promise<Restart> {
  const startedMs = performance.now();
  const returned = Promise.withResolvers<void>();
  // Renewed by the link once it stands again and Home Assistant runs.
  const onRenewed = () => returned.resolve();
  const watch = { type: 'subscribe_events', event_type: 'homeassistant_started' };
  const subscription = await home.subscribe(watch, () => undefined, { signal, onRenewed });
  try {
    await act().catch((error: unknown) => {
      if (!(error instanceof Fault && error.outcomeUnknown && !signal.aborted)) throw error;
    });
    const hasReturned = await untilBack(home, returned.promise, deadlineMs - (performance.now() - startedMs), signal);
    const isBack = hasReturned && (await hasRestartedSince(home, newestMs, { signal }));
    return { isBack, tookMs: performance.now() - startedMs };
  } finally {
    await subscription.close();
  }
}

/** When the youngest state changed, in ms since 1970: a restart makes all of them younger. */
export async function newestChange(home: Home, options: CallOptions = {}): Promise<number> {
  return Math.max(...(await changeTimes(home, options)));
}

/** Are all states younger than that? */
export async function hasRestartedSince(home: Home, newestMs: number, options: CallOptions = {}): Promise<boolean> {
  return Math.min(...(await changeTimes(home, options))) > newestMs;
}

async function changeTimes(home: Home, options: CallOptions): Promise<number[]> {
  const states = statesSchema.parse(await home.send({ type: 'get_states' }, { ...options, isWrite: false }));
  return states.map((state) => Date.parse(state.last_changed));
}

/** True once the link told of its return; false when time is up or the signal aborts. @throws Fault AUTH_INVALID_TOKEN */
async function untilBack(home: Home, returned: Promise<void>, leftMs: number, signal: AbortSignal): Promise<boolean> {
  const refused = Promise.withResolvers<never>();
  // A link dials by itself more and more seldom; asking whether the home is ready makes it dial now.
  const knock = () =>
    void home.ready({ signal, deadlineMs: KNOCK_MS }).catch((error: unknown) => {
      if (home.info.state === 'reauth_required') refused.reject(error);
    });
  const knocking = setInterval(knock, KNOCK_MS);
  const late = new Fault('TIMEOUT_OPERATION', 'Home Assistant is not back yet.');
  try {
    await within(Promise.race([returned, refused.promise]), Math.max(0, leftMs), signal, () => late);
    return true;
  } catch (error) {
    if (error === late || signal.aborted) return false;
    throw error;
  } finally {
    clearInterval(knocking);
  }
}
