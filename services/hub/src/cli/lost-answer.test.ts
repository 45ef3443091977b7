import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, test } from 'vitest';
import { runHere } from '../testing/run-cli.ts';

/** What the command line says before a server that answers so. */
async function told(words: string, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { HUB_URL: `http://127.0.0.1:${port}`, HUB_ADMIN_KEY: 'key' };
  const { code, stderr } = await runHere([...words.split(' '), '--tenant', 'fjord'], { env });
  server.close();
  server.closeAllConnections();
  expect(code).toBe(1);
  return stderr;
}

const says =
  (status: number, text = '<html>Bad Gateway</html>'): RequestListener =>
  (_request, response) =>
    void response.writeHead(status).end(text);
const breaksOff: RequestListener = (request) => void request.socket.destroy();
const BEGUN = 'It may have begun all the same';

test.each([502, 503, 504])(
  'a proxy that says %i had no hub behind it, and a run may go on all the same',
  async (status) => {
    const stderr = await told('fleet run ha_restart --plan 0197f0a0', says(status));
    expect(stderr).toContain('No hub answered behind http://127.0.0.1:');
    expect(stderr).toContain(`${BEGUN}. Look before you repeat it: hub jobs list --kind fleet.run\n`);
  },
);

it('a hub that breaks off may have begun what was asked', async () => {
  const cut: RequestListener = (_request, response) =>
    void response.writeHead(200, { 'content-length': 100 }).write('{', () => response.destroy());
  for (const answer of [breaksOff, cut]) {
    expect(await told('retention apply', answer)).toContain(`${BEGUN}. Look before you repeat it: hub jobs list\n`);
  }
});

it('what only reads began nothing', async () => {
  for (const answer of [says(502), breaksOff]) expect(await told('jobs list', answer)).not.toContain(BEGUN);
});

it('other pages are of another server, and the word of a hub is its own', async () => {
  expect(await told('retention apply', says(404))).toContain('is not this hub’s administration (HTTP 404)');
  const own = { success: false, error: { code: 'STORAGE_UNAVAILABLE', message: 'The database is away.' } };
  expect(await told('retention apply', says(503, JSON.stringify(own)))).toBe('hub: The database is away.\n');
});
