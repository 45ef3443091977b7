import { createHash } from 'node:crypto';

/** Counts and digests what passes. */
export interface Meter {
  readonly bytes: number;
  add(chunk: Uint8Array): void;
  /** SHA-256 of all so far. */
  digest(): Buffer;
}

export function newMeter(): Meter {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    add(chunk) {
      bytes += chunk.length;
      hash.update(chunk);
    },
    digest: () => hash.copy().digest(),
  };
}

/** The same stream, measured as it passes. */
export async function* measured<T extends Uint8Array>(meter: Meter, source: AsyncIterable<T>): AsyncGenerator<T> {
  for await (const chunk of source) {
    meter.add(chunk);
    yield chunk;
  }
}
