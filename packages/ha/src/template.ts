import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import { within } from './pause.ts';

const eventSchema = z.union([
  z.looseObject({ result: z.unknown(), listeners: z.unknown().optional() }),
  z.looseObject({ error: z.string(), level: z.string() }),
]);

export interface RenderOptions {
  /** Seconds Home Assistant may work on it; guards against loops. */
  readonly timeoutS: number;
  readonly reportErrors: boolean;
  /** Names the template knows beside the home's own. */
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  /** Fail on a name there is not. */
  readonly isStrict?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Renders once: the first answer of a subscription that is ended at once. @throws Fault SERVICE_CALL_FAILED with the template's own error. Source: HA `render_template`. */
export async function renderTemplate(
  home: Home,
  template: string,
  { timeoutS, reportErrors, variables, isStrict, signal }: RenderOptions,
): Promise<{ result: unknown; listeners: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ result: unknown; listeners: unknown }>();
  // The answer may come before anybody waits for it.
  promise.catch(() => undefined);
  const onEvent = (event: unknown) => {
    const parsed = eventSchema.safeParse(event);
    if (!parsed.success) return;
    if ('error' in parsed.data && typeof parsed.data['error'] === 'string') {
      if (parsed.data['level'] === 'ERROR' || reportErrors)
        reject(
          new Fault('SERVICE_CALL_FAILED', `Command failed: ${parsed.data['error']}`, {
            suggestion: 'Correct the template where it says so.',
          }),
        );
    } else resolve({ result: parsed.data['result'], listeners: parsed.data['listeners'] });
  };
  const deadlineMs = timeoutS * 1_000 + 5_000;
  const options = { deadlineMs, isWrite: false, ...(signal && { signal }) };
  const subscription = await home.subscribe(
    {
      type: 'render_template',
      template,
      timeout: timeoutS,
      report_errors: true,
      ...(variables ? { variables } : {}),
      ...(isStrict ? { strict: true } : {}),
    },
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

const checkedSchema = z.looseObject({ result: z.boolean(), template_errors: z.array(z.string()).default([]) });

/** Whether a condition of an automation holds now. Needs an administrator. Source: HA `test_condition`. @throws Fault VALIDATION_FAILED for one that is none */
export async function testCondition(
  home: Home,
  condition: Readonly<Record<string, unknown>>,
  variables: Readonly<Record<string, unknown>> | undefined,
  options: CallOptions = {},
): Promise<{ readonly holds: boolean; readonly errors: readonly string[] }> {
  const command = { type: 'test_condition', condition, ...(variables ? { variables } : {}) };
  const { result, template_errors } = checkedSchema.parse(await home.send(command, { ...options, isWrite: false }));
  return { holds: result, errors: template_errors };
}
