import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { AwsClient } from 'aws4fetch';
import type { BackupStore } from './store.ts';
import { objectMissing, storeAway } from './store-faults.ts';

export interface S3Options {
  readonly bucket: string;
  /** Before every name, without slashes at its ends; may be empty. */
  readonly prefix: string;
  /** Undefined: Amazon's own for the region. */
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | undefined;
  /** Bytes per part; 16 MiB unless told: with the 10,000 parts there may be, 156 GiB. */
  readonly partBytes?: number;
  /** Milliseconds to the head of an answer, beside what the body takes; 120,000 unless told. */
  readonly answerMs?: number;
}

const PART_BYTES = 16 * 1024 * 1024;
/** To an answer's head; the rest of a body is bounded by the caller's signal. */
const ANSWER_MS = 120_000;
/** The slowest line that still stores: a quarter of a megabit per second. */
const BYTES_PER_MS = 32;

/** Backups as objects of an S3-compatible bucket. Each part is signed with its own digest, so that none arrives altered. */
export function createS3Store(options: S3Options): BackupStore {
  const { bucket, prefix, endpoint, region, accessKeyId, secretAccessKey, sessionToken } = options;
  const { partBytes = PART_BYTES, answerMs = ANSWER_MS } = options;
  const place = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
  const base = endpoint ? `${endpoint.replace(/\/+$/, '')}/${bucket}` : `https://${bucket}.s3.${region}.amazonaws.com`;
  const client = new AwsClient({
    ...{ accessKeyId, secretAccessKey, service: 's3', region, retries: 0 },
    ...(sessionToken !== undefined && { sessionToken }),
  });

  async function ask(method: string, name: string, query: string, body?: Buffer, signal?: AbortSignal) {
    const path = [...prefix.split('/'), ...name.split('/')].filter(Boolean).map(encodeURIComponent).join('/');
    const digest = createHash('sha256')
      .update(body ?? '')
      .digest('hex');
    const request = await client.sign(`${base}/${path}${query}`, {
      ...{ method, headers: { 'x-amz-content-sha256': digest } },
      ...(body && { body: new Uint8Array(body) }),
    });
    // The deadline is for the head alone: a body may take hours.
    const late = new AbortController();
    const limitMs = answerMs + (body?.length ?? 0) / BYTES_PER_MS;
    const timer = setTimeout(() => late.abort(new Error('no answer in time')), limitMs);
    try {
      const all = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
      return await fetch(request, { signal: all });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw storeAway(place, reasonOf(error), error);
    } finally {
      clearTimeout(timer);
    }
  }

  async function done(response: Response, what: string): Promise<string> {
    const text = await response.text();
    // A completion can fail after its head said 200.
    const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1];
    if (!response.ok || code !== undefined) throw storeAway(place, `${what}: ${response.status} ${code ?? ''}`.trim());
    return text;
  }

  async function uploadParts(name: string, parts: AsyncIterable<Buffer>, signal: AbortSignal | undefined) {
    const begun = await done(await ask('POST', name, '?uploads=', undefined, signal), 'an upload could not begin');
    const uploadId = encodeURIComponent(/<UploadId>([^<]+)</.exec(begun)?.[1] ?? '');
    try {
      const tags: string[] = [];
      for await (const part of parts) {
        const query = `?partNumber=${tags.length + 1}&uploadId=${uploadId}`;
        const response = await ask('PUT', name, query, part, signal);
        await done(response, `part ${tags.length + 1}`);
        tags.push(response.headers.get('etag') ?? '');
      }
      const list = tags.map((tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${tag}</ETag></Part>`).join('');
      const body = Buffer.from(`<CompleteMultipartUpload>${list}</CompleteMultipartUpload>`);
      await done(await ask('POST', name, `?uploadId=${uploadId}`, body, signal), 'the upload could not be completed');
    } catch (error) {
      // What cannot be taken back now falls to the bucket's rule for unfinished uploads (docs/backups.md).
      await ask('DELETE', name, `?uploadId=${uploadId}`).catch(() => undefined);
      throw error;
    }
  }

  async function* untilBroken(body: ReadableStream<Uint8Array>) {
    try {
      yield* body;
    } catch (error) {
      throw error instanceof DOMException ? error : storeAway(place, 'it broke off in the middle', error);
    }
  }

  return {
    place,
    async put(name, source, signal) {
      const parts = inParts(source, partBytes);
      const first = await parts.next();
      const second = first.done ? first : await parts.next();
      if (first.done || second.done) {
        const body = first.done ? Buffer.alloc(0) : first.value;
        await done(await ask('PUT', name, '', body, signal), 'it could not be stored');
        return;
      }
      await uploadParts(name, joined([first.value, second.value], parts), signal);
    },
    async read(name, signal) {
      const response = await ask('GET', name, '', undefined, signal);
      if (response.status === 404) {
        await response.body?.cancel();
        throw objectMissing(name, place);
      }
      if (!response.ok || !response.body) await done(response, 'it could not be read');
      return Readable.from(untilBroken(response.body as ReadableStream<Uint8Array>), { objectMode: false });
    },
    async remove(name, signal) {
      const response = await ask('DELETE', name, '', undefined, signal);
      if (response.status === 404) await response.body?.cancel();
      else await done(response, 'it could not be removed');
    },
  };
}

async function* inParts(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer, undefined> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of source) {
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < size) continue;
    const all = Buffer.concat(held);
    let from = 0;
    for (; all.length - from >= size; from += size) yield all.subarray(from, from + size);
    held = [all.subarray(from)];
    heldBytes = all.length - from;
  }
  if (heldBytes > 0) yield Buffer.concat(held);
  return undefined;
}

async function* joined(first: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* first;
  yield* rest;
}

function reasonOf(error: unknown): string {
  const inner = error instanceof Error ? error.cause : undefined;
  return inner instanceof Error && 'code' in inner ? String(inner.code) : 'no answer';
}
