import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Fault } from '@hub/core/fault.ts';
import { extract } from 'tar-stream';
import { z } from 'zod';

/** What was seen of a home's backup file by reading all of it. */
export interface ArchiveReport {
  readonly ha_version: string | null;
  readonly made_at: string | null;
  readonly parts: readonly ArchivePart[];
}

export interface ArchivePart {
  readonly name: string;
  readonly size_bytes: number;
  /** opened: every file in it was read · encrypted: by Home Assistant, with its own key, which only it opens. */
  readonly is: 'opened' | 'encrypted';
  /** Missing where it is encrypted. */
  readonly files?: number;
  /** The files without which Home Assistant would not come back as it was. */
  readonly has_configuration?: boolean;
}

const factsShape = z.looseObject({
  date: z.string().nullish(),
  homeassistant: z.looseObject({ version: z.string().nullish() }).nullish(),
});

const MAGIC = Buffer.from('SecureTar');
const GZIP = Buffer.from([0x1f, 0x8b]);
/** In a backup of Home Assistant's own folder. */
const NEEDED = /^(\.\/)?data\/(configuration\.yaml|\.storage\/core\.config_entries)$/;

/**
 * Reads a backup of Home Assistant to its end: its own description, and each archive inside, unpacked where it is not encrypted.
 * Source: HA `components/backup`, securetar. @throws Fault VALIDATION_FAILED for what is no such file, cut short or damaged; the stream's own Fault
 */
export async function readArchive(file: Readable): Promise<ArchiveReport> {
  const outer = extract();
  const poured = pipeline(file, outer);
  // Its end is awaited below; should the reading fail first, that is what is told.
  poured.catch(() => undefined);
  let facts: z.output<typeof factsShape> | undefined;
  const parts: ArchivePart[] = [];
  try {
    for await (const entry of outer) {
      const name = entry.header.name.replace(/^\.\//, '');
      if (name === 'backup.json') facts = factsShape.parse(JSON.parse(await text(entry)));
      else if (/\.tar(\.gz)?$/.test(name)) parts.push(await readPart(name, entry.header.size ?? 0, entry));
      else entry.resume();
    }
    await poured;
  } catch (error) {
    // The store's own word, that the file is not what it was, says more than where the tar broke.
    throw error instanceof Fault ? error : ((await faultOf(poured)) ?? damaged(error));
  }
  if (!facts) throw damaged(new Error('it holds no backup.json'));
  if (parts.length === 0) throw damaged(new Error('it holds no archive'));
  return { ha_version: facts.homeassistant?.version ?? null, made_at: facts.date ?? null, parts };
}

async function readPart(name: string, size: number, entry: AsyncIterable<unknown>): Promise<ArchivePart> {
  const chunks = entry[Symbol.asyncIterator]();
  const first = await headOf(chunks);
  const rest = { [Symbol.asyncIterator]: () => chunks };
  if (!first.subarray(0, 2).equals(GZIP) && !isTar(first)) {
    for await (const _chunk of rest);
    // Before its second form an encrypted archive had no mark of its own.
    if (first.subarray(0, MAGIC.length).equals(MAGIC) || first.length >= 16) {
      return { name, size_bytes: size, is: 'encrypted' };
    }
    throw new Error(`${name} is no archive`);
  }
  const inner = extract();
  const source = joined(first, rest);
  const poured = first.subarray(0, 2).equals(GZIP) ? pipeline(source, createGunzip(), inner) : pipeline(source, inner);
  poured.catch(() => undefined);
  let files = 0;
  let needed = 0;
  for await (const one of inner) {
    files++;
    if (NEEDED.test(one.header.name)) needed++;
    one.resume();
  }
  await poured;
  const isHome = name.startsWith('homeassistant.');
  return { name, size_bytes: size, is: 'opened', files, ...(isHome && { has_configuration: needed === 2 }) };
}

/** As much as tells what it is. */
async function headOf(chunks: AsyncIterator<unknown>): Promise<Buffer> {
  let head = Buffer.alloc(0);
  while (head.length < 512) {
    const { done, value } = await chunks.next();
    if (done) break;
    head = Buffer.concat([head, z.instanceof(Uint8Array).parse(value)]);
  }
  return head;
}

function isTar(head: Buffer): boolean {
  return head.subarray(257, 262).toString('latin1') === 'ustar';
}

async function* joined(first: Buffer, rest: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  yield first;
  for await (const chunk of rest) yield z.instanceof(Uint8Array).parse(chunk);
}

async function faultOf(poured: Promise<void>): Promise<Fault | undefined> {
  const error: unknown = await poured.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return error instanceof Fault ? error : undefined;
}

function damaged(cause: unknown): Fault {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new Fault(
    'VALIDATION_FAILED',
    `The file is what the home gave, but no whole backup of Home Assistant: ${why}`,
    {
      suggestion: 'Make a new backup, and let it be drilled too.',
      cause,
    },
  );
}
