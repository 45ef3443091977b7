/** What goes over a line between two processes of a cluster: question and withdrawal one way, all else the other. */
export const FRAME = {
  ask: 1,
  cancel: 2,
  /** Said before the answer. */
  note: 3,
  /** A piece of the answer that more follows. */
  part: 4,
  /** The last piece, or the only one. */
  last: 5,
  /** No answer will come. */
  broken: 6,
} as const;

/** Small, so that a large answer lets small ones pass between its pieces. */
export const MAX_PAYLOAD_BYTES = 64 * 1024;
const HEAD_BYTES = 9;

/** Length of the payload, kind, id of the question, payload. */
export function frame(kind: number, id: number, payload: string | Uint8Array = ''): Buffer {
  const length = typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length;
  if (length > MAX_PAYLOAD_BYTES) throw new RangeError(`a frame of ${length} bytes is too large`);
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + length);
  bytes.writeUInt32BE(length, 0);
  bytes.writeUInt8(kind, 4);
  bytes.writeUInt32BE(id, 5);
  if (typeof payload === 'string') bytes.write(payload, HEAD_BYTES);
  else bytes.set(payload, HEAD_BYTES);
  return bytes;
}

/**
 * Takes bytes as they come and hands on each frame once it is whole; keeps less than one frame.
 * @throws RangeError for one that is larger than any of ours
 */
export function readFrames(onFrame: (kind: number, id: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let kept: readonly Buffer[] = [];
  let keptBytes = 0;
  let neededBytes = HEAD_BYTES;
  return (chunk) => {
    keptBytes += chunk.length;
    if (keptBytes < neededBytes) {
      kept = [...kept, chunk];
      return;
    }
    const bytes = kept.length === 0 ? chunk : Buffer.concat([...kept, chunk]);
    let at = 0;
    neededBytes = HEAD_BYTES;
    while (bytes.length - at >= HEAD_BYTES) {
      const length = bytes.readUInt32BE(at);
      if (length > MAX_PAYLOAD_BYTES) throw new RangeError(`a frame of ${length} bytes is too large`);
      neededBytes = HEAD_BYTES + length;
      if (bytes.length - at < neededBytes) break;
      onFrame(bytes.readUInt8(at + 4), bytes.readUInt32BE(at + 5), bytes.subarray(at + HEAD_BYTES, at + neededBytes));
      at += neededBytes;
      neededBytes = HEAD_BYTES;
    }
    kept = at === bytes.length ? [] : [bytes.subarray(at)];
    keptBytes = bytes.length - at;
  };
}

/** Writes frames; those of one turn of the event loop go together, encrypted and sent as one. */
export function batching(socket: {
  cork(): void;
  uncork(): void;
  write(bytes: Uint8Array): boolean;
}): (bytes: Uint8Array) => void {
  let isHeld = false;
  return (bytes) => {
    if (!isHeld) {
      isHeld = true;
      socket.cork();
      setImmediate(() => {
        isHeld = false;
        socket.uncork();
      });
    }
    socket.write(bytes);
  };
}
