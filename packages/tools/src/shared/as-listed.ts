import { Fault } from '@hub/core/fault.ts';
import type { z } from 'zod';

/** What Home Assistant shows after a write it took. @throws Fault SERVICE_CALL_FAILED with `outcomeUnknown` when it does not show it */
export function asListed<S extends z.ZodType>(shape: S, after: unknown, what: string, look = 'List them'): z.output<S> {
  const parsed = shape.safeParse(after);
  if (parsed.success) return parsed.data;
  throw new Fault('SERVICE_CALL_FAILED', `Home Assistant took the ${what}, but does not list it.`, {
    suggestion: `${look}; somebody may have removed it at the same time.`,
    outcomeUnknown: true,
  });
}
