export const ACTOR_KINDS = ['person', 'connector', 'api_key', 'operator', 'job', 'schedule', 'system'] as const;

export type ActorKind = (typeof ACTOR_KINDS)[number];

/** Who did it; `id` is missing where the kind says it all (the system, the operator of a single hub). */
export interface Actor {
  readonly kind: ActorKind;
  readonly id?: string | undefined;
}

export const SYSTEM_ACTOR: Actor = { kind: 'system' };

/** The columns of a row that is made now. */
export function createdBy(actor: Actor): { created_by_kind: ActorKind; created_by_id: string | null } {
  return { created_by_kind: actor.kind, created_by_id: actor.id ?? null };
}

/** The columns of a row that is changed now. */
export function updatedBy(actor: Actor): {
  updated_at: Date;
  updated_by_kind: ActorKind;
  updated_by_id: string | null;
} {
  return { updated_at: new Date(), updated_by_kind: actor.kind, updated_by_id: actor.id ?? null };
}
