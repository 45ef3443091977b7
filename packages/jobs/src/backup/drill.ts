import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { defineJob, type JobContext } from '../define.ts';
import { type ArchiveReport, readArchive } from './archive.ts';

export const drillArgs = z.strictObject({
  copyId: z.uuid().optional().describe('the newest unless told'),
  isDeep: z.boolean().default(true).describe('look into the archives too, not only at every byte'),
});

type Args = z.output<typeof drillArgs>;

export interface DrillResult extends Partial<ArchiveReport> {
  readonly id: string;
  readonly place: string;
  readonly size_bytes: number;
  readonly sha256: string;
  /** In words, and no more than was seen. */
  readonly proven: readonly string[];
  readonly not_proven: readonly string[];
}

const HOUR_MS = 3_600_000;

/** A stored backup read as a restore would: fetched, opened with the home's key, compared with what was stored, unpacked. No home is touched. */
export const job = defineJob<Args, DrillResult>({
  kind: 'backup.drill',
  title: 'Prove that a backup can be restored',
  isExclusive: false,
  isHomeless: true,
  args: drillArgs,
  deadlineMs: 6 * HOUR_MS,
  async run({ copyId, isDeep }, { shelf, signal, progress }: JobContext) {
    if (!shelf) throw noStore();
    const copy = copyId === undefined ? (await shelf.list())[0] : await shelf.find(copyId);
    if (!copy) throw copyId === undefined ? nothingThere() : notThere(copyId);
    await progress(0, 1, `reading the backup from ${shelf.place}`);
    const file = await shelf.open(copy, signal);
    const report = isDeep ? await readArchive(file) : undefined;
    // A tar may end before its file does: to the last byte, as only there it is compared.
    if (!file.readableEnded) for await (const _chunk of file) signal.throwIfAborted();
    return {
      ...{ id: copy.id, place: shelf.place, size_bytes: copy.sizeBytes, sha256: copy.sha256 },
      ...report,
      ...judged(report),
    };
  },
});

function judged(report: ArchiveReport | undefined): Pick<DrillResult, 'proven' | 'not_proven'> {
  const parts = report?.parts ?? [];
  const opened = parts.filter(({ is }) => is === 'opened');
  const closed = parts.filter(({ is }) => is === 'encrypted');
  const home = parts.find(({ name }) => name.startsWith('homeassistant.'));
  return {
    proven: [
      'Every byte is what the home gave, and opens with its key.',
      ...(report ? ['The file is a whole backup of Home Assistant with its description.'] : []),
      ...opened.map(({ name, files }) => `${name} was unpacked: ${files} files.`),
      ...(home?.has_configuration ? ['The configuration and the integrations are in it.'] : []),
    ],
    not_proven: [
      ...(report ? [] : ['What is inside: that is for a drill.']),
      ...closed.map(({ name }) => `${name} is encrypted by Home Assistant and was not opened.`),
      ...(home?.has_configuration === false ? ['configuration.yaml or the integrations were not found in it.'] : []),
      'That Home Assistant starts from it: only a restore shows that.',
    ],
  };
}

export function noStore(): Fault {
  return new Fault('CONFIG_INVALID', 'This hub has no store for backups.', {
    suggestion: 'Set BACKUP_STORE to a folder or s3://BUCKET/PREFIX and start it again (docs/backups.md).',
  });
}

function nothingThere(): Fault {
  return new Fault('RESOURCE_NOT_FOUND', 'The store holds no good backup of this home.', {
    suggestion: 'Make one: hub backups create HOME',
  });
}

export function notThere(id: string): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `The store holds no backup ${id} of this home.`, {
    suggestion: 'List them: hub backups list HOME',
  });
}
