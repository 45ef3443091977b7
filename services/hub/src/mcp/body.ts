import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { RPC } from './json-rpc.ts';

const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** A larger body is read on and thrown away up to here, so that the client is able to hear the refusal. */
const MAX_DRAINED_BYTES = 32 * 1024 * 1024;

export interface BodyRefusal {
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

export type Body = { readonly value: unknown } | { readonly refusal: BodyRefusal };

/** Reads one JSON document of at most 4 MiB from the request. What is wrong with it is the answer, never an exception. */
export async function readJsonBody(stream: Readable): Promise<Body> {
  const bytes = await readBytes(stream).catch(() => 'cut off' as const);
  if (bytes === 'cut off') return refuse(400, RPC.parse, 'Parse error: the request body is incomplete.');
  if (bytes === undefined) {
    return refuse(413, RPC.refused, `The request body is larger than ${MAX_BODY_BYTES} bytes. Send less at once.`);
  }
  if (!isUtf8(bytes)) return refuse(400, RPC.parse, 'Parse error: the request body is not valid UTF-8.');
  try {
    return { value: JSON.parse(bytes.toString('utf8')) };
  } catch {
    return refuse(400, RPC.parse, 'Parse error: the request body is not valid JSON.');
  }
}

/** By events: iterating over a stream costs more than reading a request's body. Undefined when there is far too much of it. */
function readBytes(stream: Readable): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    stream.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else if (sizeBytes <= MAX_DRAINED_BYTES) chunks.length = 0;
      else {
        resolve(undefined);
        stream.destroy();
      }
    });
    stream.once('end', () => resolve(sizeBytes > MAX_BODY_BYTES ? undefined : onlyOrAll(chunks, sizeBytes)));
    stream.once('error', reject);
    // Every stream closes: an error made for each of them would cost more than reading the body.
    stream.once('close', () => {
      if (!stream.readableEnded) reject(new Error('the stream closed before its end'));
    });
  });
}

function onlyOrAll(chunks: readonly Buffer[], sizeBytes: number): Buffer {
  const [first] = chunks;
  return first && chunks.length === 1 ? first : Buffer.concat(chunks, sizeBytes);
}

function refuse(status: number, code: number, message: string): Body {
  return { refusal: { status, code, message } };
}
