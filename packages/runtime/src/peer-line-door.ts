import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { batching, FRAME, frame, MAX_PAYLOAD_BYTES, readFrames } from './peer-frames.ts';

/** Named in the request that makes a line of its connection; another form of frames gets another number. */
export const LINE = 'ha-mcp-hub-line/1';

/** One question of another process. */
export interface LineAsk {
  readonly text: string;
  /** Aborts when it is withdrawn, or whoever asked went away. */
  readonly signal: AbortSignal;
  /** Said before the answer; lost where the other side does not keep up. */
  note(text: string): void;
}

/** Resolves with the answer. What it throws is told as a bug without words. */
export type AnswerLine = (ask: LineAsk) => Promise<string>;

const MAX_RUNNING = 1_024;
/** Unread answers; what comes after them waits for the other side to read. */
const MAX_UNSENT_BYTES = 256 * 1024;

/** Answers questions over lines at this server's port; call what it returns to end all lines. */
export function answerLines(server: Server, answer: AnswerLine): () => void {
  const open = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    if (request.headers.upgrade !== LINE) return void socket.destroy();
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${LINE}\r\n\r\n`);
    answerOver(socket, head, answer);
  });
  return () => {
    for (const socket of open) socket.destroy();
  };
}

/** Answers what comes over a connection that is open. `head`: what was read of it already. */
export function answerOver(socket: Duplex, head: Buffer, answer: AnswerLine): void {
  const running = new Map<number, AbortController>();
  const write = batching(socket);

  async function run(id: number, text: string): Promise<void> {
    const gone = new AbortController();
    running.set(id, gone);
    const note = (said: string) => {
      if (hasRoom() && said.length * 3 <= MAX_PAYLOAD_BYTES) write(frame(FRAME.note, id, said));
    };
    const answered = await answer({ text, signal: gone.signal, note }).catch(() => undefined);
    if (gone.signal.aborted) return;
    if (answered !== undefined) send(id, Buffer.from(answered), gone.signal);
    else {
      write(frame(FRAME.broken, id));
      running.delete(id);
    }
  }

  const hasRoom = () => socket.writableLength < MAX_UNSENT_BYTES;
  const waiting: (() => void)[] = [];
  const sendOn = () => {
    while (waiting.length > 0 && hasRoom()) waiting.shift()?.();
  };

  /** In pieces that wait for the other side to read, each behind those of others. */
  function send(id: number, bytes: Buffer, signal: AbortSignal): void {
    let at = 0;
    const sendPiece = () => {
      if (signal.aborted) return;
      const piece = bytes.subarray(at, at + MAX_PAYLOAD_BYTES);
      at += MAX_PAYLOAD_BYTES;
      if (at < bytes.length) {
        write(frame(FRAME.part, id, piece));
        waiting.push(sendPiece);
      } else {
        write(frame(FRAME.last, id, piece));
        running.delete(id);
      }
    };
    waiting.push(sendPiece);
    sendOn();
  }

  const read = readFrames((kind, id, payload) => {
    if (kind === FRAME.cancel) {
      const gone = running.get(id);
      running.delete(id);
      return gone?.abort(new Error('the other process wants no answer any more'));
    }
    if (kind !== FRAME.ask || running.has(id)) throw new RangeError(`a frame of kind ${kind} comes out of turn`);
    if (running.size >= MAX_RUNNING) throw new RangeError('too much is asked at once');
    void run(id, payload.toString());
  });
  const take = (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      socket.destroy(error instanceof Error ? error : undefined);
    }
  };
  socket.on('error', () => undefined);
  socket.on('data', take);
  socket.on('drain', sendOn);
  socket.on('end', () => socket.destroy());
  socket.on('close', () => {
    for (const gone of running.values()) gone.abort(new Error('the other process went away'));
  });
  if (head.length > 0) take(head);
}
