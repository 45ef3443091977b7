import type { Duplex } from 'node:stream';
import { batching, FRAME, frame, MAX_PAYLOAD_BYTES, readFrames } from './peer-frames.ts';

export interface LineQuestion {
  readonly text: string;
  readonly signal: AbortSignal;
  /** What is said before the answer. */
  onNote(text: string): void;
}

/** One connection to another process, for many questions at once whose answers come as they are ready. */
export interface PeerLine {
  /** False once it ends, when much is on its way already, or for a question too large to go between others. Ask at once after it. */
  hasRoomFor(text: string): boolean;
  /** The whole answer. Its signal withdraws the question. @throws LineBroken when none came | the signal's reason */
  ask(question: LineQuestion): Promise<Buffer>;
  /** Takes no more questions after these; the connection ends with the last answer. */
  retire(): void;
  close(): void;
}

/** The question left, and its answer did not come. */
export class LineBroken extends Error {}

const MAX_ASKED = 1_024;
/** Unsent questions; beyond, the other side does not read. */
const MAX_UNSENT_BYTES = 1024 * 1024;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

interface Asked {
  onNote(text: string): void;
  resolve(answer: Buffer): void;
  reject(error: unknown): void;
  parts: Buffer[];
  bytes: number;
}

/** The asking side of a connection that is open. `head`: what was read of it already. */
export function askOver(socket: Duplex, head: Buffer, onClose: () => void): PeerLine {
  const asked = new Map<number, Asked>();
  const write = batching(socket);
  let lastId = 0;
  let isRetired = false;

  const endIfIdle = () => {
    if (isRetired && asked.size === 0) socket.destroy();
  };
  const read = readFrames((kind, id, payload) => {
    const one = asked.get(id);
    // Withdrawn while its answer was on the way.
    if (!one) return;
    if (kind !== FRAME.note && kind !== FRAME.part) asked.delete(id);
    hear(one, kind, payload);
    endIfIdle();
  });
  const take = (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      socket.destroy(error instanceof Error ? error : undefined);
    }
  };
  let why: Error | undefined;
  socket.on('error', (error) => {
    why = error;
  });
  socket.on('data', take);
  socket.on('end', () => socket.destroy());
  socket.on('close', () => {
    onClose();
    for (const { reject } of asked.values()) reject(new LineBroken('the other process went away', { cause: why }));
    asked.clear();
  });
  if (head.length > 0) take(head);

  return {
    hasRoomFor: (text) =>
      !isRetired &&
      !socket.destroyed &&
      asked.size < MAX_ASKED &&
      socket.writableLength < MAX_UNSENT_BYTES &&
      // Cheaper than counting its bytes, of which a character takes at most three.
      text.length * 3 <= MAX_PAYLOAD_BYTES,
    ask({ text, signal, onNote }) {
      return new Promise<Buffer>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        lastId = (lastId + 1) % 0xffff_ffff;
        const id = lastId;
        const onAbort = () => {
          asked.delete(id);
          write(frame(FRAME.cancel, id));
          reject(signal.reason);
          endIfIdle();
        };
        signal.addEventListener('abort', onAbort, { once: true });
        const done = () => signal.removeEventListener('abort', onAbort);
        asked.set(id, {
          onNote,
          resolve(answer) {
            done();
            resolve(answer);
          },
          reject(error) {
            done();
            reject(error);
          },
          parts: [],
          bytes: 0,
        });
        write(frame(FRAME.ask, id, text));
      });
    },
    retire() {
      isRetired = true;
      endIfIdle();
    },
    close: () => void socket.destroy(),
  };
}

/** @throws RangeError for what no line of ours says */
function hear(one: Asked, kind: number, payload: Buffer): void {
  if (kind === FRAME.note) one.onNote(payload.toString());
  else if (kind === FRAME.broken) one.reject(new LineBroken('the other process met a bug'));
  else {
    one.parts.push(payload);
    one.bytes += payload.length;
    if ((kind !== FRAME.part && kind !== FRAME.last) || one.bytes > MAX_ANSWER_BYTES) {
      const cause = new RangeError(`a frame of kind ${kind}, after ${one.bytes} bytes`);
      one.reject(new LineBroken('the other process speaks another language', { cause }));
      throw cause;
    }
    if (kind === FRAME.last) one.resolve(one.parts.length === 1 ? payload : Buffer.concat(one.parts, one.bytes));
  }
}
