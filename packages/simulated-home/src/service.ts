import type { HomeModel } from './home-model.ts';
import type { Json } from './read.ts';
import type { Context, StateRecord } from './template.ts';

export interface ServiceCall {
  readonly home: HomeModel;
  /** Service data without the target keys. */
  readonly data: Json;
  /** Existing entities of the service's domain that the target reaches. */
  readonly targets: readonly StateRecord[];
  readonly context: Context;
  /** Calls another service as part of this one. */
  call(action: string, data: Json, target?: Json): unknown;
}

export interface Service {
  /** Keys of the data, `name!` required. */
  readonly fields: string;
  /** Domain of the entities it acts on; undefined takes no target, '' any domain. */
  readonly domain?: string;
  readonly needsResponse?: boolean;
  run(call: ServiceCall): unknown;
}

export type Services = Readonly<Record<string, Service>>;

/** What becomes of one entity: a new state, changed attributes (undefined removes one), later what it settles on. */
export interface Outcome {
  readonly state?: string;
  readonly attributes?: Json;
  readonly settles?: { readonly afterMs: number; readonly state: string; readonly attributes?: Json };
}
