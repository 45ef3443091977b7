import http from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminHub, startAdminHub } from '../testing/admin-hub.ts';

let hub: AdminHub;
beforeAll(async () => {
  hub = await startAdminHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

type Document = { openapi: string; paths: Record<string, Record<string, Operation>>; components: { schemas: object } };
type Operation = { operationId: string; summary: string; tags: string[]; responses: Record<string, unknown> };

const OPERATIONS = [
  ...['addHome', 'addMember', 'applyHomes', 'backUpDatabase', 'cancelJob', 'checkHome'],
  ...['createBackup', 'createConnector', 'createTenant', 'decideApproval', 'diffEdit', 'examine'],
  ...['exportTenant', 'fleetCall', 'fleetStatus', 'getConnector', 'getEdit', 'getHome', 'getJob'],
  ...['getTenant', 'importHomes', 'importTenant', 'listApprovals', 'listAudit', 'listConnectors'],
  ...['listEdits', 'listHomes', 'listJobs', 'listMembers', 'listTenants', 'removeBackup', 'removeHome'],
  ...['restoreEdit', 'revokeConnector', 'rotateConnector', 'updateConnector', 'updateHome', 'updateTenant'],
  ...['watchJob'],
  ...['listNoticeChannels', 'addNoticeChannel', 'removeNoticeChannel', 'testNoticeChannel'],
  ...['verifyAudit', 'reportMonth', 'keyStatus', 'rotateKeys', 'retireKey'],
  ...['listMaintenanceWindows', 'listSchedules', 'addSchedule', 'removeSchedule'],
  ...['beginRecovery', 'confirmRecovery', 'reviewRecovery', 'checkBackup', 'listBackups'],
  ...['makeEmergencyKit', 'restoreBackup', 'setBackupRules', 'removeMember'],
  ...['sealAudit', 'applyRetention', 'sweepFleet'],
];

async function readDocument(): Promise<Document> {
  return (await hub.ask('GET', '/openapi.json', undefined, { key: null })).body;
}

/** fetch sets Host and Origin itself. */
async function statusWith(headers: http.OutgoingHttpHeaders): Promise<number | undefined> {
  const { port } = new URL(hub.base);
  const request = http.get({ host: '127.0.0.1', port, path: '/api/tenants', headers });
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject);
  });
  await readAll(response);
  return response.statusCode;
}

describe('the door of /api', () => {
  it('opens every route to the admin key alone, but the document and the reference page', async () => {
    const { paths } = await readDocument();
    for (const [path, operations] of Object.entries(paths)) {
      for (const method of Object.keys(operations)) {
        const at = path.slice('/api'.length).replaceAll(/\{\w+\}/g, 'x');
        const { status, headers } = await hub.ask(method.toUpperCase(), at, undefined, { key: null });
        expect([path, method, status]).toEqual([path, method, 401]);
        expect(headers.get('www-authenticate')).toBe('Bearer');
      }
    }
    for (const open of ['/openapi.json', '/docs/', '/docs/js/scalar.js']) {
      expect((await hub.ask('GET', open, undefined, { key: null })).status).toBe(200);
    }
  });

  it('stops an address that tries wrong keys, but not whoever has the right one', async () => {
    await using other = await startAdminHub();
    await other.ask('GET', '/tenants');
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 21; attempt += 1) {
      statuses.push((await other.ask('GET', '/tenants', undefined, { key: `guess-${attempt}` })).status);
    }
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(401));
    const blocked = await other.ask('GET', '/tenants', undefined, { key: 'another-guess' });
    expect(blocked.status).toBe(429);
    expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await other.ask('GET', '/tenants')).status).toBe(200);
  });

  it('is shut to foreign host names and to web pages from elsewhere, even with the key', async () => {
    const authorization = `Bearer ${hub.key}`;
    expect(await statusWith({ authorization })).toBe(200);
    expect(await statusWith({ authorization, host: 'evil.example' })).toBe(403);
    expect(await statusWith({ authorization, origin: 'https://evil.example' })).toBe(403);
    expect(await statusWith({ authorization, origin: 'null' })).toBe(403);
    expect(await statusWith({ authorization, origin: 'http://localhost:5173' })).toBe(200);
  });

  it('answers a wrong id, broken JSON and text that no database holds as the mistake of the caller', async () => {
    await hub.ask('POST', '/tenants', { name: 'T', slug: 't' });
    const wrong: readonly [string, string, unknown?][] = [
      ['GET', '/tenants/nowhere'],
      ['GET', '/tenants/t%00'],
      ['GET', '/tenants/t/homes/%00'],
      ['GET', '/tenants/t/jobs/12'],
      ['GET', '/tenants/t/edits/12'],
      ['GET', '/tenants/t/jobs?before=12'],
      ['GET', '/tenants/t/audit?limit=0'],
      ['GET', '/tenants/t/audit?colour=red'],
      ['POST', '/tenants', { name: 'a\0b' }],
      ['POST', '/tenants', { name: 'T', slug: 'Not A Slug' }],
      ['POST', '/tenants', { name: 'T', slug: 't' }],
      ['POST', '/tenants/t/members', { name: 'X', personId: '0197f0a0-0000-7000-8000-000000000000' }],
      ['POST', '/tenants/t/members', { personId: '0197f0a0-0000-7000-8000-000000000000' }],
    ];
    for (const [method, path, body] of wrong) {
      const { status, body: problem } = await hub.ask(method, path, body);
      expect(status, path).toBeGreaterThanOrEqual(400);
      expect(status, path).toBeLessThan(500);
      expect(problem, path).toMatchObject({ success: false, error: { message: expect.any(String) } });
    }
  });
});

describe('tenants and members', () => {
  it('are created, listed, renamed and given roles', async () => {
    const made = await hub.ask('POST', '/tenants', { name: 'Casa Müller', owner: 'Eva' });
    expect(made).toMatchObject({ status: 201, body: { slug: 'casa-muller', state: 'active' } });
    const path = `/tenants/${made.body.id}`;
    expect((await hub.ask('PATCH', path, { name: 'Casa' })).body).toMatchObject({ name: 'Casa', slug: 'casa-muller' });
    const bob = (await hub.ask('POST', `${path}/members`, { name: 'Bob', email: 'bob@home.example' })).body;
    expect(bob).toMatchObject({ personName: 'Bob', role: 'resident' });
    await hub.ask('POST', `${path}/members`, { personId: bob.personId, role: 'guest' });
    const { members } = (await hub.ask('GET', `${path}/members`)).body;
    expect(members).toMatchObject([
      { personName: 'Eva', role: 'owner' },
      { personName: 'Bob', role: 'guest' },
    ]);
    const tenants = (await hub.ask('GET', '/tenants')).body.tenants;
    expect(tenants.map((one: { slug: string }) => one.slug)).toContain('casa-muller');
  });
});

describe('the OpenAPI document', () => {
  it('is of version 3.1, describes each route and leaves no reference open', async () => {
    const document = await readDocument();
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    for (const operation of operations) {
      expect(operation).toMatchObject({ operationId: expect.any(String), summary: expect.any(String) });
      expect(Object.keys(operation.responses)).toEqual(
        expect.arrayContaining(['4xx', '5xx'].map((one) => one.toUpperCase())),
      );
    }
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual([...OPERATIONS].sort());
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect(refs.length).toBeGreaterThan(10);
    for (const name of refs) expect(document.components.schemas).toHaveProperty(name ?? '');
  });
});

describe('the reference page', () => {
  it('loads nothing from elsewhere and runs no script but its own', async () => {
    const page = await hub.ask('GET', '/docs/', undefined, { key: null });
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self' 'sha256-/);
    expect(page.text).not.toMatch(/(src|href)="(https?:)?\/\//);
  });
});

describe('an outside database without an admin key', () => {
  it('has no administration, and says how to switch it on', async () => {
    await using off = await startAdminHub({
      HUB_ADMIN_KEY: '',
      DATABASE_URL: 'postgres://unused.example/hub',
      HUB_KEYS: '1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
    });
    const { status, body } = await off.ask('GET', '/tenants');
    expect(status).toBe(404);
    expect(body.error.suggestion).toContain('HUB_ADMIN_KEY');
  });
});
