import { Readable } from 'node:stream';
import { Fault } from '@hub/core/fault.ts';
import type { CallOptions, Home, HttpRequest, HttpResponse } from './home.ts';

/** Endpoints that answer with text or files go by Core's REST proxy, the rest by `supervisor/api`. Source: HA `components/hassio/http.py`. */
const BY_REST = /\/(logs|changelog|documentation|download)(\/|$)/;

/** A request to the Supervisor through Home Assistant Core with our own token. @throws Fault COMPONENT_NOT_INSTALLED */
export async function supervisorRequest(home: Home, request: HttpRequest, options: CallOptions): Promise<HttpResponse> {
  await home.ready(options);
  if (!home.info.components.has('hassio')) {
    throw new Fault('COMPONENT_NOT_INSTALLED', 'This home has no Supervisor.', {
      suggestion: 'Apps and Supervisor logs exist on Home Assistant OS and Supervised only.',
    });
  }
  if (BY_REST.test(request.path)) return home.rest({ ...request, path: `/api/hassio${request.path}` }, options);
  const data = await home.send(
    {
      type: 'supervisor/api',
      endpoint: request.path,
      method: request.method.toLowerCase(),
      ...(request.query && { params: request.query }),
      ...(request.body === undefined ? {} : { data: request.body }),
      timeout: null,
    },
    { ...options, isWrite: options.isWrite ?? request.method !== 'GET' },
  );
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Readable.from([Buffer.from(JSON.stringify(data ?? null))]),
  };
}
