import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId } from '@hub/core/ids.ts';
import { answerJson, createPeerClient, createPeerServer } from '@hub/runtime/peer.ts';
import { afterEach, expect, test } from 'vitest';
import type { HomeAccess } from '../connector-access.ts';
import type { Run } from '../run.ts';
import { type ForwardedLine, forwardCalls } from './forward.ts';
import type { Places } from './places.ts';

const psk = randomBytes(32);
const keys = { usedId: 1, keyOf: () => psk };
const ending: (() => void)[] = [];
afterEach(() => {
  for (const end of ending.splice(0)) end();
});

const DONE: ForwardedLine = { result: { isError: false, body: { state: 'on' }, text: '{"state":"on"}' } };
const home = { id: newId() } as HomeAccess;

async function open(handle: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createPeerServer(keys, handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peers = createPeerClient(keys);
  ending.push(peers.close, () => void server.close());
  const place = { replicaId: newId(), address: `127.0.0.1:${(server.address() as AddressInfo).port}` };
  const places = {
    isHere: () => false,
    locate: async () => place,
    missed: async () => undefined,
    lives: async () => true,
  };
  return { server, calls: forwardCalls({ peers, places: places as unknown as Places }) };
}

function run(signal = new AbortController().signal): Run {
  const request = { connector: { tenantId: newId(), id: newId() }, args: { entity_id: 'light.a' }, signal };
  return { request, limit: { signal, isLate: false }, prepared: { tool: { name: 'ha_get_state' } } } as unknown as Run;
}

test('the next call to a replica without lines needs no new handshake', async () => {
  const { server, calls } = await open((request, response) => {
    if (request.url === '/line') return answerJson(response, 404, {});
    response.write(`${JSON.stringify(DONE)}\n`);
    setImmediate(() => response.end());
  });
  let handshakes = 0;
  server.on('secureConnection', () => handshakes++);
  for (let call = 0; call < 3; call++) expect(await calls.call(run(), home, true)).toEqual(DONE.result);
  expect(handshakes).toBe(1);
});
