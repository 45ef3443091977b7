import { type AddressInfo, createServer, type Socket } from 'node:net';
import { newId } from '@hub/core/ids.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendNotice } from './send-notice.ts';

/** Greets, and then goes on listing what it can do. */
const tarpit = createServer((socket: Socket) => {
  socket.write('220 tarpit\r\n');
  const line = setInterval(() => socket.write('250-wait\r\n'), 50);
  socket.on('error', () => undefined);
  socket.on('close', () => clearInterval(line));
});
beforeAll(() => new Promise<void>((resolve) => void tarpit.listen(0, '127.0.0.1', resolve)));
afterAll(() => void tarpit.close());

test('a mail server that goes on talking holds a message up no longer than its deadline', async () => {
  const { port } = tarpit.address() as AddressInfo;
  const security = 'none' as const;
  const mail = { host: '127.0.0.1', port, security, from: 'hub@example.com', to: ['a@example.com'] };
  const outgoing = { id: newId(), content: { event: 'test' }, createdAt: new Date() };
  await expect(sendNotice({ kind: 'smtp', ...mail }, outgoing, true, 500)).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
  });
});
