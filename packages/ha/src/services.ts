import { Fault, withContext } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { Home } from './home.ts';

const answerSchema = z.looseObject({
  context: z.looseObject({ id: z.string() }).optional(),
  response: z.unknown().optional(),
});
const descriptionSchema = z.looseObject({
  name: z.string().optional(),
  description: z.string().optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
  target: z.unknown().optional(),
  response: z.unknown().optional(),
});
const servicesSchema = z.record(z.string(), z.record(z.string(), descriptionSchema));
const textsSchema = z.looseObject({ resources: z.record(z.string(), z.string()) });

export type ServiceDescription = z.infer<typeof descriptionSchema>;

export interface ServiceCallOptions {
  readonly data?: Readonly<Record<string, unknown>> | undefined;
  readonly target?: Readonly<Record<string, unknown>> | undefined;
  readonly returnResponse?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** A service answers when its action ended, which for a script may take minutes. 30 s unless told. */
  readonly deadlineMs?: number | undefined;
}

/**
 * Runs one action. Success does not mean that an entity existed: expand the target first.
 * @throws Fault VALIDATION_FAILED for an unknown service, bad data or a wrong `returnResponse`; SERVICE_CALL_FAILED. Source: HA `call_service`.
 */
export async function callService(
  home: Home,
  domain: string,
  service: string,
  options: ServiceCallOptions = {},
): Promise<{ contextId: string | undefined; response: unknown }> {
  const { data, target, returnResponse, signal, deadlineMs } = options;
  try {
    const answer = await home.send(
      {
        type: 'call_service',
        domain,
        service,
        ...(data && Object.keys(data).length > 0 ? { service_data: data } : {}),
        ...(target && Object.keys(target).length > 0 ? { target } : {}),
        ...(returnResponse ? { return_response: true } : {}),
      },
      { isWrite: true, ...(signal && { signal }), ...(deadlineMs === undefined ? {} : { deadlineMs }) },
    );
    const { context, response } = answerSchema.parse(answer);
    return { contextId: context?.id, response };
  } catch (error) {
    throw serviceFault(error, domain, service);
  }
}

function serviceFault(error: unknown, domain: string, service: string): unknown {
  if (!(error instanceof Fault)) return error;
  const code = error.context['ha_error_code'];
  if (code === 'not_found') {
    return new Fault('VALIDATION_FAILED', `API error: 400 - this home has no service ${domain}.${service}.`, {
      suggestion: `ha_list_services with domain '${domain}' shows what it has.`,
      context: { domain, service },
      cause: error,
    });
  }
  return withContext(
    error,
    { domain, service },
    code === 'service_validation_error' ? 'VALIDATION_FAILED' : error.code,
  );
}

/** Every action with its fields. Source: HA `get_services` (56 kB on a demo, 95 ms when cold). */
export async function listServices(
  home: Home,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Record<string, Record<string, ServiceDescription>>> {
  return servicesSchema.parse(await home.send({ type: 'get_services' }, signal ? { signal } : {}));
}

/** Names and descriptions under `component.<domain>.services.<service>.<key>`, in English. Empty when the home has none. */
export async function serviceTexts(
  home: Home,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ReadonlyMap<string, string>> {
  const answer = await home
    .send({ type: 'frontend/get_translations', language: 'en', category: 'services' }, signal ? { signal } : {})
    .catch((error: unknown) => {
      if (error instanceof Fault && error.code === 'COMPONENT_NOT_INSTALLED') return { resources: {} };
      throw error;
    });
  return new Map(Object.entries(textsSchema.parse(answer).resources));
}
