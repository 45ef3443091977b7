import type { Curve } from './curve.ts';
import type { Json } from './read.ts';

/** One entity of a scenario, or one that a helper or an automation brings. */
export interface EntitySpec {
  readonly id: string;
  /** Left out where a curve gives it. */
  readonly state?: string;
  /** Name below the device; without it the entity carries the device's own name. */
  readonly part?: string;
  readonly attributes?: Json;
  readonly category?: 'config' | 'diagnostic';
  readonly labels?: readonly string[];
  readonly curve?: Curve;
}

export interface LooseSpec extends EntitySpec {
  readonly platform: string;
  readonly uniqueId: string;
  readonly name: string;
}
