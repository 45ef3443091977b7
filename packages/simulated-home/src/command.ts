import type { HomeModel } from './home-model.ts';
import type { Json } from './read.ts';
import { refuseInvalid } from './refusal.ts';

/** One received command and the ways to answer beyond its result. */
export interface Call {
  readonly home: HomeModel;
  readonly message: Json;
  /** Sends an event of this subscription. */
  emit(event: unknown): void;
  /** Keeps the subscription until unsubscribed or closed. */
  keep(stop: () => void): void;
  /** Runs once the result is out, since a result normally precedes its events. */
  after(act: () => unknown): void;
  /** Ends another subscription of the same socket; false when there is none. */
  drop(subscription: unknown): boolean;
}

export interface Command {
  /** Allowed keys; `name!` is required; `*` allows anything. */
  readonly keys: string;
  run(call: Call): unknown;
}

export type Commands = Readonly<Record<string, Command>>;

export function command(keys: string, run: (call: Call) => unknown): Command {
  return { keys, run };
}

/** A result that is JSON text already, so that big lists of unchanged records are not serialized for every home. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const cache = new WeakMap<object, string>();

/** JSON of a list of records, each serialized once in its life. */
export function jsonList<T extends object>(records: readonly T[], shape: (record: T) => unknown): JsonText {
  const parts = records.map((record) => {
    const known = cache.get(record);
    if (known !== undefined) return known;
    const text = JSON.stringify(shape(record));
    cache.set(record, text);
    return text;
  });
  return new JsonText(`[${parts.join(',')}]`);
}

/** @throws Refusal invalid_format on a missing or unknown key, as Home Assistant's schemas do. */
export function checkKeys(keys: string, given: Json, always: readonly string[] = []): void {
  const names = keys.split(' ').map((key) => key.replace(/[!=].*$/, ''));
  for (const key of keys.split(' ')) {
    const name = key.slice(0, -1);
    if (key.endsWith('!') && given[name] === undefined) {
      refuseInvalid(`required key not provided at '${name}'. Got None`);
    }
  }
  if (names.includes('*')) return;
  const unknown = Object.keys(given).find((key) => !names.includes(key) && !always.includes(key));
  if (unknown !== undefined) refuseInvalid(`extra keys not allowed at '${unknown}'`);
}
