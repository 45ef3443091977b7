import { Fault } from '@hub/core/fault.ts';
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
  const isWrite = options.isWrite ?? request.method !== 'GET';
  const { status, text } = await requestText(home, request, options);
  if (status >= 400) throw httpFault(status, text, { entityId: options.entityId, isWrite });
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A REST answer of any status as text. @throws Fault when none came, with `outcomeUnknown` for a write whose good answer broke off */
export async function requestText(
  home: Home,
  request: HttpRequest,
  options: CallOptions = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const isWrite = options.isWrite ?? request.method !== 'GET';
  const response = await home.rest(request, options);
  const text = await readText(response, MAX_JSON_BYTES).catch((error: unknown) => {
    throw isWrite && response.status < 400 && error instanceof Fault ? withUnknownOutcome(error) : error;
  });
  return { status: response.status, text };
}

/** The home had begun to answer, so it has taken the write. */
function withUnknownOutcome(fault: Fault): Fault {
  const { code, message } = fault;
  const suggestion = 'It may have taken effect: read before repeating it.';
  return new Fault(code, message, { suggestion, outcomeUnknown: true, cause: fault });
}
