/** How a home stands, from a handful of reads; undefined where it does not tell. */
export interface HomeHealth {
  /** The version that is offered, when an update waits. */
  readonly coreUpdate: string | undefined;
  readonly osUpdate: string | undefined;
  readonly updatesPending: number | undefined;
  /** Of the whole home, as it brings one back. */
  readonly lastBackupAt: Date | undefined;
  readonly hasBackup: boolean | undefined;
  readonly diskFreeBytes: number | undefined;
  readonly diskTotalBytes: number | undefined;
  readonly repairs: number | undefined;
  readonly unavailableEntities: number | undefined;
  readonly lowBatteries: number | undefined;
}
