/** What of a writable stream it takes to fill one, Node's or another kind. */
interface Sink {
  write(chunk: Uint8Array): boolean;
  end(last: undefined): unknown;
  destroy(error?: Error): unknown;
  on(event: 'drain' | 'close', listener: () => void): unknown;
}

/** Writes all of `source` into `sink`, no faster than that takes it, and ends it; a source that fails ends it with that error. */
export async function pour(source: AsyncIterable<unknown>, sink: Sink): Promise<void> {
  let isClosed = false;
  let wake: () => void = () => undefined;
  sink.on('drain', () => wake());
  sink.on('close', () => {
    isClosed = true;
    wake();
  });
  try {
    for await (const chunk of source) {
      if (isClosed) return;
      const drained = Promise.withResolvers<void>();
      wake = drained.resolve;
      if (!sink.write(asBytes(chunk))) await drained.promise;
    }
    sink.end(undefined);
  } catch (error) {
    sink.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** @throws Error for what is not bytes */
export function asBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError('the stream holds what are not bytes');
}
