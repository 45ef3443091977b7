import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { runHere } from '../testing/run-cli.ts';

const ID = '01a22716-766a-707b-bfef-ec5c0be687e6';
const TENANT = {
  id: ID,
  slug: 'fjord',
  name: 'Fjord',
  state: 'active',
  maintenanceWindows: [],
  createdAt: '2026-11-29T12:00:00Z',
};
const JOB = {
  ...{ id: ID, kind: 'backup.create', state: 'running', attempt: 1, isCancelRequested: false },
  ...{ actor: { kind: 'operator' }, createdAt: '2026-11-29T12:00:00Z' },
};

it('a hub that goes away amid a watched job leaves word that the job goes on, and how to follow it', async () => {
  const server = createServer((request, response) => {
    if (!request.url?.endsWith('/events')) {
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify({ tenants: [TENANT] }));
    }
    response
      .setHeader('content-type', 'text/event-stream')
      .write(`event: progress\ndata: ${JSON.stringify(JOB)}\n\n`, () => {
        server.close();
        server.closeAllConnections();
      });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const env = { HUB_URL: `http://127.0.0.1:${port}`, HUB_ADMIN_KEY: 'key' };
  const { code, stderr } = await runHere(['jobs', 'watch', ID, '--tenant', 'fjord'], { env });
  expect(code).toBe(1);
  expect(stderr).toContain('No hub answers');
  expect(stderr).toContain(`The job goes on when it runs again; follow it then: hub jobs watch ${ID}`);
});
