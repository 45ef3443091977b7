/** What is known of a copy of a home's backup before it is read. */
export interface BackupFacts {
  readonly id: string;
  /** Home Assistant's own id of it. */
  readonly haBackupId: string;
  readonly name: string;
  readonly haVersion: string | undefined;
  readonly madeAt: Date;
  /** Encrypted by Home Assistant too, with its own key. */
  readonly isProtected: boolean;
}
