import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';

const errorSchema = z.object({
  code: z.union([z.string(), z.number()]).transform(String),
  // The checks of some dialogues say it by field.
  message: z.union([z.string(), z.record(z.string(), z.unknown()).transform(byField)]).default(''),
});

function byField(errors: Readonly<Record<string, unknown>>): string {
  return Object.entries(errors)
    .map(([field, why]) => `${field}: ${String(why)}`)
    .join('; ');
}

/** Phrases of Home Assistant's schema checker; the one place where text decides, as error codes do not tell a bad argument from a failed act. */
const SCHEMA_PHRASE = /required key|extra keys|expected|not a valid|invalid|value should be|must be/i;

/** For a refusal of which nothing more is known; who knows more says that instead. */
export const CORRECT = 'Correct what Home Assistant names, then try again.';
const LOOK_AGAIN = 'Check that it is there, and how it is written, with the tool that lists it.';

/** A failed WebSocket result as a Fault. Source: HA `websocket_api/const.py` error codes. */
export function commandFault(type: string, error: unknown): Fault {
  const parsed = errorSchema.safeParse(error);
  const { code, message } = parsed.success
    ? parsed.data
    : { code: 'unknown_error', message: 'Home Assistant gave no reason' };
  const text = `Command failed: ${message || code}`;
  const context = { ha_error_code: code };
  switch (code) {
    case 'unauthorized':
      return new Fault(
        'AUTH_INSUFFICIENT_PERMISSIONS',
        `Home Assistant does not allow ${type} with this home's token.`,
        { suggestion: 'Give the hub a token of an administrator.', context },
      );
    case 'unknown_command':
      return new Fault('COMPONENT_NOT_INSTALLED', `This home does not know ${type}.`, {
        suggestion: 'The integration behind it is not set up, or its Home Assistant is older.',
        context,
      });
    case 'invalid_format':
    case 'template_error':
      return new Fault(code === 'invalid_format' ? 'VALIDATION_FAILED' : 'SERVICE_CALL_FAILED', text, {
        suggestion: CORRECT,
        context,
      });
    case 'timeout':
      return new Fault('TIMEOUT_OPERATION', text, { context, outcomeUnknown: true });
    case 'home_assistant_error':
      if (message === 'Unauthorized')
        return new Fault('AUTH_INSUFFICIENT_PERMISSIONS', text, {
          suggestion: 'Give the hub a token of an administrator.',
          context,
        });
      break;
  }
  return new Fault(
    code !== 'not_found' && SCHEMA_PHRASE.test(message) ? 'VALIDATION_FAILED' : 'SERVICE_CALL_FAILED',
    text,
    { suggestion: code === 'not_found' ? LOOK_AGAIN : CORRECT, context },
  );
}

/** A REST answer of 400 and above as a Fault; `entityId` decides which kind of "not there" a 404 is, `isWrite` whether a gateway's 502 or 504 leaves something open. */
export function httpFault(
  status: number,
  body: string,
  { entityId, isWrite = false }: { readonly entityId?: string | undefined; readonly isWrite?: boolean } = {},
): Fault {
  const text = haText(body);
  const context = { status, ...(entityId === undefined ? {} : { entity_id: entityId }) };
  if (status === 404)
    return new Fault(
      entityId === undefined ? 'RESOURCE_NOT_FOUND' : 'ENTITY_NOT_FOUND',
      `API error: 404 - ${text || 'not found'}`,
      { suggestion: LOOK_AGAIN, context },
    );
  if (status === 401 || status === 403) {
    return new Fault('AUTH_INVALID_TOKEN', `Home Assistant refused the hub's credential (${status}).`, {
      suggestion: 'Renew the token of this home: hub homes set NAME --token',
      context,
    });
  }
  if (status === 400)
    return new Fault('VALIDATION_FAILED', `API error: 400 - ${text}`, { suggestion: CORRECT, context });
  return new Fault('SERVICE_CALL_FAILED', `API error: ${status} - ${text}`, {
    suggestion: "Home Assistant's own log says more: ha_get_logs.",
    context,
    outcomeUnknown: isWrite && (status === 504 || status === 502),
  });
}

function haText(body: string): string {
  try {
    const { message } = z.object({ message: z.string() }).parse(JSON.parse(body));
    return message;
  } catch {
    return body.slice(0, 500).trim();
  }
}
