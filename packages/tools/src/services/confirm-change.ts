import type { EntityState } from '@hub/ha/records.ts';
import type { View } from '@hub/ha/view.ts';
import { waitForState } from '@hub/ha/wait-for.ts';
import { expectedState } from './expected-state.ts';

const CONFIRM_MS = 10_000;
/** A service without one known end state has usually changed what it will by the time it answers. */
const SETTLE_MS = 1_500;

/** Domains whose services change no entity of their own in a way that proves anything. */
const UNCONFIRMED = new Set([
  'automation',
  'script',
  'scene',
  'homeassistant',
  'notify',
  'tts',
  'persistent_notification',
  'logbook',
  'system_log',
]);

export interface Confirmation {
  readonly state: string | undefined;
  readonly isPartial: boolean;
  readonly warning: string | undefined;
}

export interface SentService {
  readonly domain: string;
  readonly service: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly entityId: string;
  readonly before: EntityState | undefined;
  readonly contextId: string | undefined;
  readonly signal: AbortSignal;
}

export function isConfirmable(domain: string): boolean {
  return !UNCONFIRMED.has(domain);
}

/** Waits for the state that proves the service did its work: up to 10 s for a known end state, 1.5 s for any change. */
export async function confirmChange(home: View, sent: SentService): Promise<Confirmation> {
  const { entityId, signal, contextId } = sent;
  const expected = expectedState(sent.domain, sent.service, sent.data, sent.before?.state);
  const isProof = (state: EntityState | undefined) =>
    state !== undefined &&
    (expected === undefined
      ? state.context.id === contextId || state.last_updated !== sent.before?.last_updated
      : state.state === expected);
  const state = await waitForState(home, entityId, isProof, {
    deadlineMs: expected === undefined ? SETTLE_MS : CONFIRM_MS,
    signal,
  });
  if (state) return { state: state.state, isPartial: false, warning: undefined };
  const now = (await home.states()).get(entityId)?.state;
  return expected === undefined
    ? { state: now, isPartial: false, warning: `${entityId} showed no change; it may already have been as asked.` }
    : {
        state: now,
        isPartial: true,
        warning: `The home took the call, but ${entityId} is '${now ?? 'gone'}' and not '${expected}' after ${CONFIRM_MS / 1000} s.`,
      };
}
