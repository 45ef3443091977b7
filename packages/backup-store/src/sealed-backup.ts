import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { BackupBroken } from './store-faults.ts';

// docs/backups.md tells the layout; whoever changes it gives it another mark, and keeps reading this one.
//
// header (60 bytes): mark "HUBBKUP1" (8) · bytes per piece (4, big endian) · id of the backup (16) · salt (32)
// pieces: AES-256-GCM of up to so many bytes, each followed by its tag (16)
// key of the file: HKDF-SHA256 of the home's key with the salt and the info "hub backup"
// nonce of a piece: 7 zero bytes · its number from 0 (4, big endian) · 1 for the last piece, else 0
// associated data of every piece: the header
const MARK = Buffer.from('HUBBKUP1');
const PIECE_BYTES = 1024 * 1024;
const MAX_PIECE_BYTES = 16 * PIECE_BYTES;
const HEADER_BYTES = 60;
const TAG_BYTES = 16;

/** Seals a stream piece by piece. A key serves any number of backups: each file has one of its own, made of it and a salt. */
export async function* sealBackup(
  homeKey: Uint8Array,
  backupId: string,
  plain: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const header = Buffer.alloc(HEADER_BYTES);
  MARK.copy(header);
  header.writeUInt32BE(PIECE_BYTES, 8);
  idBytes(backupId).copy(header, 12);
  randomBytes(32).copy(header, 28);
  yield header;
  const key = fileKey(homeKey, header);
  let number = 0;
  for await (const { bytes, isLast } of inPieces(plain, PIECE_BYTES)) {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number++, isLast), { authTagLength: TAG_BYTES });
    cipher.setAAD(header);
    yield Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }
}

/**
 * Opens what `sealBackup` made. Each piece is given only after its tag was checked, so what comes is right as far as it came.
 * @throws BackupBroken for another key or backup, altered bytes, pieces out of order, and an end that is not the end
 */
export async function* openBackup(
  homeKey: Uint8Array,
  backupId: string,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  let header: Buffer | undefined;
  let key: Buffer = Buffer.alloc(0);
  let number = 0;
  for await (const { bytes, isLast } of afterHeader(sealed)) {
    if (header === undefined) {
      header = checkedHeader(bytes, backupId);
      key = fileKey(homeKey, header);
      if (isLast) throw new BackupBroken('it ends after its header');
      continue;
    }
    yield openPiece(key, header, number++, isLast, bytes);
  }
}

function openPiece(key: Buffer, header: Buffer, number: number, isLast: boolean, sealed: Buffer): Buffer {
  if (sealed.length < TAG_BYTES) throw new BackupBroken('it is cut short');
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, isLast), { authTagLength: TAG_BYTES });
  decipher.setAAD(header);
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    const where = isLast ? 'its end' : `piece ${number}`;
    throw new BackupBroken(`${where} is not what was stored, or the key is another one`, { cause });
  }
}

function checkedHeader(header: Buffer, backupId: string): Buffer {
  if (header.length < HEADER_BYTES || !header.subarray(0, 8).equals(MARK)) {
    throw new BackupBroken('it is no sealed backup');
  }
  if (!header.subarray(12, 28).equals(idBytes(backupId))) throw new BackupBroken('it is another backup');
  return header;
}

/** The header first, then pieces of the size it names. */
async function* afterHeader(sealed: AsyncIterable<Uint8Array>) {
  let size = HEADER_BYTES;
  yield* inPieces(sealed, (piece) => {
    if (piece === undefined) return HEADER_BYTES;
    if (size === HEADER_BYTES) size = pieceSize(piece) + TAG_BYTES;
    return size;
  });
}

function pieceSize(header: Buffer): number {
  const size = header.length < HEADER_BYTES ? 0 : header.readUInt32BE(8);
  if (size === 0 || size > MAX_PIECE_BYTES) throw new BackupBroken('it is no sealed backup');
  return size;
}

/** Cuts a stream into pieces of a size, or of what `size` says after the piece before; an empty stream is one empty last piece. */
async function* inPieces(
  source: AsyncIterable<Uint8Array>,
  size: number | ((before: Buffer | undefined) => number),
): AsyncGenerator<{ readonly bytes: Buffer; readonly isLast: boolean }> {
  const sizeAfter = typeof size === 'number' ? () => size : size;
  let wanted = sizeAfter(undefined);
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of source) {
    held.push(chunk);
    heldBytes += chunk.length;
    // One byte more than a piece must be there, for else it may be the last.
    if (heldBytes <= wanted) continue;
    let rest = Buffer.concat(held);
    while (rest.length > wanted) {
      const bytes = rest.subarray(0, wanted);
      rest = rest.subarray(wanted);
      yield { bytes, isLast: false };
      wanted = sizeAfter(bytes);
    }
    held = [rest];
    heldBytes = rest.length;
  }
  yield { bytes: Buffer.concat(held), isLast: true };
}

function fileKey(homeKey: Uint8Array, header: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', homeKey, header.subarray(28, HEADER_BYTES), 'hub backup', 32));
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(number, 7);
  nonce.writeUInt8(isLast ? 1 : 0, 11);
  return nonce;
}

function idBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
