import { Raised } from './refusal.ts';
import type { Run, Value } from './values.ts';

/** Names visible at one place: its own, then those of the places around it. */
export interface Scope {
  readonly run: Run;
  readonly names: Map<string, Value>;
  readonly outer: Scope | undefined;
  /** A comprehension, whose walrus binds outside of it. */
  readonly isComprehension: boolean;
}

export function inner(scope: Scope, isComprehension: boolean): Scope {
  return { run: scope.run, names: new Map(), outer: scope, isComprehension };
}

/** @throws Raised NameError */
export function lookup(scope: Scope, id: string): Value {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const value = at.names.get(id);
    if (value !== undefined) return value;
  }
  throw new Raised('NameError', `name '${id}' is not defined`);
}
