/** What the hub itself keeps of one tenant, as a job sees it. Each act may be made again. All throw Fault STORAGE_UNAVAILABLE. */
export interface TenantRecords {
  /** Seals hours of the audit trail, as many as one transaction takes. Gives their number, 0 when no settled hour is left. */
  sealAudit(): Promise<number>;
  /** Removes the rows under seals that end before. Gives their number. */
  dropAudit(before: Date): Promise<number>;
  /** Removes the oldest edits of each home beyond any of the limits. Gives their number. */
  trimEdits(limits: EditRules, signal: AbortSignal): Promise<number>;
}

/** What is kept of one home's edits. */
export interface EditRules {
  readonly maxCount: number;
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}
