import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { Home } from './home.ts';
import { within } from './pause.ts';

const domainSchema = z.looseObject({ info: z.record(z.string(), z.unknown()), manage_url: z.string().optional() });
const eventSchema = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('initial'), data: z.record(z.string(), domainSchema) }),
  z.looseObject({
    type: z.literal('update'),
    domain: z.string(),
    key: z.string(),
    data: z.unknown().optional(),
    error: z.unknown().optional(),
  }),
  z.looseObject({ type: z.literal('finish') }),
]);

export type SystemHealth = Record<string, z.infer<typeof domainSchema>>;

export interface SystemHealthAnswer {
  readonly domains: SystemHealth;
  /** False when the deadline came before the last check, most of which ask the internet. */
  readonly isComplete: boolean;
}

/** Asks every integration how it is and waits for the slow ones until `deadlineMs`. Source: HA `system_health/info`, a subscription. @throws Fault */
export async function readSystemHealth(
  home: Home,
  { deadlineMs, signal }: { readonly deadlineMs: number; readonly signal?: AbortSignal | undefined },
): Promise<SystemHealthAnswer> {
  const domains: SystemHealth = {};
  const { promise: finished, resolve: onFinish } = Promise.withResolvers<boolean>();
  const onEvent = (event: unknown) => {
    const parsed = eventSchema.safeParse(event);
    if (!parsed.success) return;
    const { data } = parsed;
    if (data.type === 'initial') Object.assign(domains, data.data);
    else if (data.type === 'finish') onFinish(true);
    else {
      const domain = domains[data.domain];
      if (domain) domain.info[data.key] = data.data ?? data.error;
    }
  };
  const options = { deadlineMs, isWrite: false, ...(signal && { signal }) };
  const subscription = await home.subscribe({ type: 'system_health/info' }, onEvent, options);
  try {
    const late = () => new Fault('TIMEOUT_OPERATION', 'The system health checks took too long.');
    const isComplete = await within(finished, deadlineMs, signal, late).catch((error: unknown) => {
      if (error instanceof Fault && error.code === 'TIMEOUT_OPERATION') return false;
      throw error;
    });
    return { domains, isComplete };
  } finally {
    await subscription.close();
  }
}
