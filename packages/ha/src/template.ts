import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { Home } from './home.ts';
import { within } from './pause.ts';

const eventSchema = z.union([
  z.looseObject({ result: z.unknown(), listeners: z.unknown().optional() }),
  z.looseObject({ error: z.string(), level: z.string() }),
]);

export interface RenderOptions {
  /** Seconds Home Assistant may work on it; guards against loops. */
  readonly timeoutS: number;
  readonly reportErrors: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Renders once: the first answer of a subscription that is ended at once. @throws Fault SERVICE_CALL_FAILED with the template's own error. Source: HA `render_template`. */
export async function renderTemplate(
  home: Home,
  template: string,
  { timeoutS, reportErrors, signal }: RenderOptions,
): Promise<{ result: unknown; listeners: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ result: unknown; listeners: unknown }>();
  // The answer may come before anybody waits for it.
  promise.catch(() => undefined);
  const onEvent = (event: unknown) => {
    const parsed = eventSchema.safeParse(event);
    if (!parsed.success) return;
    if ('error' in parsed.data && typeof parsed.data['error'] === 'string') {
      if (parsed.data['level'] === 'ERROR' || reportErrors)
        reject(new Fault('SERVICE_CALL_FAILED', `Command failed: ${parsed.data['error']}`));
    } else resolve({ result: parsed.data['result'], listeners: parsed.data['listeners'] });
  };
  const deadlineMs = timeoutS * 1_000 + 5_000;
  const options = { deadlineMs, isWrite: false, ...(signal && { signal }) };
  const subscription = await home.subscribe(
    { type: 'render_template', template, timeout: timeoutS, report_errors: true },
    onEvent,
    options,
  );
  try {
    return await within(
      promise,
      deadlineMs,
      signal,
      () => new Fault('TIMEOUT_OPERATION', `The template gave no answer within ${timeoutS} s.`),
    );
  } finally {
    await subscription.close();
  }
}
