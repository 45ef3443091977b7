import { once } from 'node:events';
import { connect } from 'node:net';
import type { Dice } from './dice.ts';

const body = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';

/** A request as it should be. */
export function wellFormed(path: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

/** Bytes on a bare socket that no HTTP library would send: cut off, smuggled, pipelined, or no HTTP at all. */
export function rawBytes(dice: Dice, path: string): string {
  const head = (method: string, ...lines: string[]) =>
    [`${method} ${path} HTTP/1.1`, 'host: localhost', 'accept: application/json', ...lines, '', ''].join('\r\n');
  const post = (length: number | string, ...lines: string[]) =>
    head('POST', 'content-type: application/json', `content-length: ${length}`, ...lines) + body;
  const chunked = (text: string) => head('POST', 'content-type: application/json', 'transfer-encoding: chunked') + text;
  const whole = wellFormed(path);
  const kinds = [
    () => String.fromCharCode(...Array.from({ length: 1 + dice.below(300) }, () => dice.below(256))),
    () => whole.slice(0, 1 + dice.below(whole.length - 1)),
    () => `${whole}\0\r\n\r\n${whole}`,
    () => post(dice.pick(['-1', '1e3', '99999999999999999999', '0x10', ' ', '5, 6'])),
    () => post(body.length, 'transfer-encoding: chunked'),
    () => post(body.length, `content-length: ${body.length + 1}`),
    () =>
      chunked(
        dice.pick([
          'zz\r\n',
          '5\r\nab',
          'ffffffffffffffff\r\n',
          `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
          '1;x=\r\n\r\n',
        ]),
      ),
    () => head('POST', `content-type: application/json`, 'expect: 100-continue', `content-length: ${body.length}`),
    () => head('GET', 'upgrade: websocket', 'connection: upgrade'),
    () => head('CONNECT'),
    () => `GET ${path}\r\n\r\n`,
    () => `GET ${path} HTTP/9.9\r\n\r\n`,
    () => `POST http://evil.example${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    () => head('GET', `x: ${'y'.repeat(30_000)}`),
    () => head('GET', ...Array.from({ length: 3_000 }, (_one, at) => `x${at}: 1`)),
    () => head('GET', 'x\0y: 1', 'host: other'),
    () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  ];
  return dice.pick(kinds)();
}

/** Writes the bytes, says that nothing more comes, and resolves with everything the hub said before it closed. */
export async function sendRaw(port: number, bytes: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  // A hub that refuses may close before it has read everything.
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.on('end', () => socket.destroy());
  socket.end(Buffer.from(bytes, 'latin1'));
  await closed;
  return Buffer.concat(chunks).toString();
}

/** Status and body of each answer on a socket. */
export function answersIn(text: string): { readonly status: number; readonly body: string }[] {
  return text
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .filter((part) => part !== '')
    .map((part) => ({ status: Number(part.slice(9, 12)), body: part.slice(part.indexOf('\r\n\r\n') + 4) }));
}
