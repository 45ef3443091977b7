import { Fault } from '@hub/core/fault.ts';
import type { CallOptions, Command, Home } from './home.ts';

/**
 * Sends a command that starts something and reports on it for ever after (pairing, an interview), and stops listening once the home took
 * it: what it started goes on. @throws Fault with `outcomeUnknown` when the answer was lost
 */
export async function startCommand(home: Home, command: Command, options: CallOptions = {}): Promise<void> {
  try {
    const listening = await home.subscribe(command, () => undefined, options);
    await listening.close();
  } catch (error) {
    if (!(error instanceof Fault) || !isLost(error)) throw error;
    throw new Fault(error.code, error.message, {
      suggestion: 'It may have been started: look at the radio before repeating it.',
      context: error.context,
      outcomeUnknown: true,
      cause: error,
    });
  }
}

function isLost({ code }: Fault): boolean {
  return code === 'WEBSOCKET_DISCONNECTED' || code === 'TIMEOUT_WEBSOCKET' || code === 'CANCELLED';
}
