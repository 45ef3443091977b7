import type { Home } from './home.ts';
import type { Area, Device, EntityEntry, EntityState, Floor, Label } from './records.ts';

/** What happened to one entity; `state` is undefined when it left. */
export type StateListener = (entityId: string, state: EntityState | undefined) => void;

/** What a mirror answers without asking the home, each by its id. @throws Fault (each) when the home cannot be reached */
export interface MirrorReads {
  states(): Promise<ReadonlyMap<string, EntityState>>;
  entities(): Promise<ReadonlyMap<string, EntityEntry>>;
  devices(): Promise<ReadonlyMap<string, Device>>;
  areas(): Promise<ReadonlyMap<string, Area>>;
  floors(): Promise<ReadonlyMap<string, Floor>>;
  labels(): Promise<ReadonlyMap<string, Label>>;
}

/**
 * A home as one connector may see it: the link plus reads answered from the mirror.
 * Tools get this and nothing below it, so entity rules cannot be walked around.
 */
export interface View extends Home, MirrorReads {
  /** Called for every state change after the mirror took it; dispose to stop. Needs `states()` once before. */
  watch(listener: StateListener): Disposable;
}
