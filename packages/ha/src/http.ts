import { readText } from './body.ts';
import { httpFault } from './faults.ts';
import type { CallOptions, Home, HttpRequest } from './home.ts';

const MAX_JSON_BYTES = 64 * 1024 * 1024;

/** A REST answer as JSON (text that is no JSON comes as text). @throws Fault for any status of 400 and above, as in faults.ts */
export async function requestJson(
  home: Home,
  request: HttpRequest,
  options: CallOptions & { readonly entityId?: string } = {},
): Promise<unknown> {
  const response = await home.rest(request, options);
  const text = await readText(response, MAX_JSON_BYTES);
  if (response.status >= 400) {
    const isWrite = options.isWrite ?? request.method !== 'GET';
    throw httpFault(response.status, text, { entityId: options.entityId, isWrite });
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
