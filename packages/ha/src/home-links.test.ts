import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Fault } from '@hub/core/fault.ts';
import { createPeerClient, createPeerServer } from '@hub/runtime/peer.ts';
import { createDirectHome } from './direct.ts';
import { createRemoteHome } from './remote.ts';
import { answerRemote } from './remote-door.ts';
import type { RemoteAct } from './remote-wire.ts';
import { describeHome } from './testing/home-contract.ts';
import type { ScriptedHome } from './testing/scripted-home.ts';

function direct({ url }: ScriptedHome) {
  return createDirectHome({ id: 'h', url, token: 'the-token', allowPrivateAddresses: true });
}

describeHome('a direct link', async (scripted) => {
  const home = direct(scripted);
  return { home, [Symbol.asyncDispose]: () => home.close() };
});

describeHome('a remote link', async (scripted) => {
  const held = direct(scripted);
  const psk = randomBytes(32);
  const keys = { usedId: 1, keyOf: () => psk };
  const server = createPeerServer(keys, (request, response) => {
    const act = request.url?.slice(1) as RemoteAct;
    void answerRemote(held, act, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const peers = createPeerClient(keys);
  const home = createRemoteHome({
    id: 'h',
    ask: async ({ act, headers, body, signal }) =>
      peers
        .send({
          address: `127.0.0.1:${port}`,
          path: `/${act}`,
          headers,
          ...(body === undefined ? {} : { body }),
          signal,
        })
        .catch((error: unknown) => {
          throw signal?.reason instanceof Fault ? signal.reason : new Fault('CONNECTION_FAILED', String(error));
        }),
  });
  return {
    home,
    async [Symbol.asyncDispose]() {
      await home.close();
      await held.close();
      peers.close();
      server.close();
      server.closeAllConnections();
    },
  };
});
