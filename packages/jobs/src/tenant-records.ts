/** What the hub itself keeps of one tenant, as a job sees it. Each act may be made again. All throw Fault STORAGE_UNAVAILABLE. */
export interface TenantRecords {
  /** Seals hours of the audit trail, as many as one transaction takes. Gives their number, 0 when no settled hour is left. */
  sealAudit(): Promise<number>;
  /** Removes the rows under seals that end before. Gives their number. */
  dropAudit(before: Date, signal: AbortSignal): Promise<number>;
  /** Removes the oldest edits of each home beyond any of the limits. Gives their number. */
  trimEdits(limits: EditRules, signal: AbortSignal): Promise<number>;
  /** The clock that looks are counted by. */
  now(): Promise<Date>;
  /** Makes homes due that were not looked at since: all of them, or `again` those whose wish was lost meanwhile. */
  askForLooks(asked: Looks, isAgain: boolean): Promise<void>;
  countLooks(asked: Looks): Promise<{ readonly total: number; readonly looked: number; readonly running: number }>;
  /** Homes that no look since found running, by slug. */
  listMissed(asked: Looks): Promise<readonly MissedHome[]>;
}

/** What is kept of one home's edits. */
export interface EditRules {
  readonly maxCount: number;
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

/** Looks at homes, all of the tenant unless told, that began at this time or later. */
export interface Looks {
  readonly since: Date;
  readonly homeIds?: readonly string[] | undefined;
}

export interface MissedHome {
  readonly slug: string;
  /** As last seen; undefined: it was never reached. */
  readonly state: string | undefined;
  readonly isLooked: boolean;
}
