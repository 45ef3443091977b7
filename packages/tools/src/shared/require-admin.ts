import { Fault } from '@hub/core/fault.ts';
import type { ToolContext } from '../define.ts';

/**
 * Some REST paths answer 401 to an account without rights, which Home Assistant counts as a failed login and may ban the hub's
 * address for: those are not even asked. @throws Fault AUTH_INSUFFICIENT_PERMISSIONS
 */
export async function requireAdmin({ home, signal }: ToolContext, what: string): Promise<void> {
  await home.ready({ signal });
  if (home.info.isAdmin) return;
  throw new Fault(
    'AUTH_INSUFFICIENT_PERMISSIONS',
    `${what} needs an administrator's token, and the hub has none here.`,
    {
      suggestion: 'Give the hub a token of an administrator: hub homes set NAME --token',
    },
  );
}
