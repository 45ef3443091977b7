import type { Json } from './read.ts';

/** What a home answers in place of a result; the codes are those of Home Assistant's `websocket_api/const.py`. */
export class Refusal extends Error {
  readonly code: string;
  readonly extra: Json;

  constructor(code: string, message: string, extra: Json = {}) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.extra = extra;
  }
}

export function refuseInvalid(message: string): never {
  throw new Refusal('invalid_format', message);
}

export function refuseMissing(message: string): never {
  throw new Refusal('not_found', message);
}

/** A value the service does not take; `key` names the text of the domain's translations, as clients may rely on. */
export function refuseValue(domain: string, key: string, message: string, placeholders: Json = {}): never {
  const texts = { translation_key: key, translation_placeholders: placeholders, translation_domain: domain };
  throw new Refusal('service_validation_error', `Validation error: ${message}`, texts);
}
