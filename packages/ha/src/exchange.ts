import { Fault } from '@hub/core/fault.ts';
import { isReadCommand } from './command-kinds.ts';
import { commandFault } from './faults.ts';
import type { CallOptions, Command } from './home.ts';
import { cancelled } from './pause.ts';
import type { HaSocket } from './socket.ts';

export const DEFAULT_DEADLINE_MS = 30_000;

export interface EventHooks {
  onEvent(event: unknown): void;
  /** The id under which events come, before the first of them. */
  onId(id: number): void;
  /** The link is gone, also after the subscription was taken. */
  onLost(): void;
}

/**
 * Sends one command and waits for its result; with `events` a subscription, whose events may come before the result.
 * What ends the wait after the frame left makes a write's outcome unknown.
 * @throws Fault as in faults.ts, TIMEOUT_WEBSOCKET, WEBSOCKET_DISCONNECTED, CANCELLED
 */
export function exchange(
  on: HaSocket,
  command: Command,
  { signal, deadlineMs = DEFAULT_DEADLINE_MS, isWrite }: CallOptions,
  events?: EventHooks,
): Promise<unknown> {
  const outcomeUnknown = isWrite ?? !isReadCommand(command.type);
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(signal));
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
    const fail = (fault: Fault) => {
      settle();
      reject(fault);
    };
    const abandon = (fault: Fault) => {
      on.forget(id);
      fail(fault);
    };
    const onAbort = () =>
      abandon(new Fault('CANCELLED', 'The call was cancelled.', { outcomeUnknown, cause: signal?.reason }));
    const id = on.send(command, {
      onEvent: events?.onEvent,
      resolve(result) {
        settle();
        resolve(result);
      },
      reject: (error) => fail(commandFault(command.type, error)),
      lost() {
        events?.onLost();
        fail(linkLost(command, outcomeUnknown));
      },
    });
    events?.onId(id);
    const timer = setTimeout(() => abandon(noAnswer(command, deadlineMs, outcomeUnknown)), deadlineMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function linkLost({ type }: Command, outcomeUnknown: boolean): Fault {
  return new Fault('WEBSOCKET_DISCONNECTED', `The link to the home was lost before ${type} was answered.`, {
    suggestion: outcomeUnknown ? 'It may have taken effect: read the state before repeating it.' : 'Retry.',
    outcomeUnknown,
  });
}

function noAnswer({ type }: Command, deadlineMs: number, outcomeUnknown: boolean): Fault {
  return new Fault(
    'TIMEOUT_WEBSOCKET',
    `Home Assistant did not answer ${type} within ${Math.round(deadlineMs / 100) / 10} s.`,
    {
      suggestion: outcomeUnknown
        ? 'It may still be running: read the state before repeating it.'
        : 'Retry; the home may be busy.',
      outcomeUnknown,
    },
  );
}
