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
