import { Readable } from 'node:stream';
import { Fault } from '@hub/core/fault.ts';
import type { CallOptions, Home, HttpRequest, HttpResponse } from './home.ts';

/** Endpoints that answer with text or files go by Core's REST proxy, the rest by `supervisor/api`. Source: HA `components/hassio/http.py`. */
const BY_REST = /\/(logs|changelog|documentation)(\/|$)/;

const LOGS = 'logs(/latest|/boots(/-?\\d+)?)?';
const SLUG = '[A-Za-z0-9_-]+';

/**
 * All that the hub asks a Supervisor for. Core forwards anything with a token that may do everything (wipe the disk, switch off
 * the host), so what is not here is not sent.
 */
const ALLOWED: readonly (readonly [method: string, path: RegExp])[] = [
  ['GET', `/(info|addons|store|store/repositories|jobs/info)`],
  ['GET', `/(core|host|network|os|supervisor)/info`],
  ['GET', `/(audio|cli|core|dns|host|multicast|observer|supervisor)/${LOGS}`],
  ['GET', `/addons/${SLUG}/(info|stats|changelog|documentation|${LOGS})`],
  ['GET', `/store/addons/${SLUG}`],
  ['POST', `/addons/${SLUG}/(options(/validate)?|start|stop|restart|rebuild|uninstall)`],
  ['POST', `/store/addons/${SLUG}/(install|update)`],
  ['POST', '/store/(reload|repositories)'],
  ['DELETE', `/store/repositories/${SLUG}`],
  ['POST', '/ingress/session'],
].map(([method = '', path]) => [method, new RegExp(`^${path}$`)] as const);

/** A request to the Supervisor through Home Assistant Core with our own token. @throws Fault COMPONENT_NOT_INSTALLED; VALIDATION_FAILED for what the hub asks no Supervisor */
export async function supervisorRequest(home: Home, request: HttpRequest, options: CallOptions): Promise<HttpResponse> {
  const { method, path } = request;
  if (!ALLOWED.some(([verb, pattern]) => verb === method && pattern.test(path))) {
    throw new Fault('VALIDATION_FAILED', 'The hub does not ask a Supervisor for this. Nothing was sent.');
  }
  await home.ready(options);
  if (!home.info.components.has('hassio')) {
    throw new Fault('COMPONENT_NOT_INSTALLED', 'This home has no Supervisor.', {
      suggestion: 'Apps and Supervisor logs exist on Home Assistant OS and Supervised only.',
    });
  }
  if (BY_REST.test(path)) return home.rest({ ...request, path: `/api/hassio${path}` }, options);
  const data = await sendToSupervisor(home, request, { ...options, isWrite: options.isWrite ?? method !== 'GET' });
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: Readable.from([Buffer.from(JSON.stringify(data ?? null))]),
  };
}

async function sendToSupervisor(home: Home, { method, path, query, body }: HttpRequest, options: CallOptions) {
  try {
    return await home.send(
      {
        type: 'supervisor/api',
        endpoint: path,
        method: method.toLowerCase(),
        ...(query && { params: query }),
        ...(body === undefined ? {} : { data: body }),
        timeout: null,
      },
      options,
    );
  } catch (error) {
    // Core gives no reason when the Supervisor did not answer it.
    const isSilent = error instanceof Fault && error.message === 'Command failed: unknown_error';
    if (!isSilent) throw error;
    throw new Fault('SERVICE_CALL_FAILED', 'The Supervisor did not answer Home Assistant.', {
      suggestion: options.isWrite
        ? 'It may have taken effect: read before repeating it.'
        : 'Retry; the Supervisor may be restarting.',
      context: { ha_error_code: 'unknown_error' },
      outcomeUnknown: options.isWrite ?? false,
      cause: error,
    });
  }
}
