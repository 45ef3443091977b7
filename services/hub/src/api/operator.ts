import type { Actor } from '@hub/db/actor.ts';

/** Whoever has the admin key runs the installation. */
export const OPERATOR: Actor = { kind: 'operator' };
