import { Fault } from '@hub/core/fault.ts';

const MAX_HEADERS = 5;
/** Ours to set, or refused by Home Assistant (400 for any X-Forwarded-For it was not told to trust), or of one connection only. */
const OWN =
  /^(authorization|connection|content-length|expect|forwarded|host|keep-alive|proxy-.*|sec-websocket-.*|te|trailer|transfer-encoding|upgrade|x-forwarded-.*|x-real-ip)$/i;
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** Headers a door before the home wants (Cloudflare Access). @throws Fault VALIDATION_INVALID_PARAMETER for more than five or one that is not theirs to set */
export function doorHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = Object.keys(headers);
  if (names.length > MAX_HEADERS) throw refused(`more than ${MAX_HEADERS} extra headers`);
  for (const name of names) {
    if (OWN.test(name)) throw refused(`the extra header ${name}, which the hub sets itself or must not send`);
    if (!NAME.test(name) || /[\r\n\0]/.test(headers[name] ?? '')) throw refused('an extra header that is none');
  }
  return headers;
}

/** What a caller adds to one request, without what is not its to set. */
export function callerHeaders(headers: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN.test(name)));
}

function refused(what: string): Fault {
  return new Fault('VALIDATION_INVALID_PARAMETER', `This home has ${what}.`, {
    suggestion: 'Give at most five headers that the door before the home asks for, such as CF-Access-Client-Id.',
    context: { parameter: 'headers' },
  });
}
