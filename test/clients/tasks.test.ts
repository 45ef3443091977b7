import { type SimulatedHome, startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Admin, addConnector, FIRST_TENANT, newConnector, openAdmin } from '../admin.ts';
import { callTool, rpc } from '../ask-hub.ts';
import { type RunningHub, startHub } from '../start-hub.ts';
import { type Era, openTasks, sendModern } from './task-client.ts';

const ERAS = ['2026-07-28', '2025-11-25'] as const satisfies readonly Era[];
const BACKUP = 'ha_manage_backup';

let home: SimulatedHome;
let hub: RunningHub;
let admin: Admin;

beforeAll(async () => {
  home = await startSimulatedHome({ name: 'Tasks' });
  hub = await startHub({ env: { HOME_ASSISTANT_URL: home.url, HOME_ASSISTANT_TOKEN: home.token } });
  admin = await openAdmin(hub);
});
afterAll(async () => {
  home?.releaseBackups();
  await hub?.[Symbol.asyncDispose]();
  await home?.close();
});

const create = (name: string) => ({ scope: 'snapshot', action: 'create', name });

describe.each(ERAS)('tasks of %s', (era) => {
  const prefer = era === '2025-11-25' ? { task: { preference: 'prefer' as const } } : {};

  async function begin(url: string, name: string) {
    // Home Assistant finishes what it began, whatever became of the job.
    const list = { scope: 'snapshot', action: 'list' };
    const state = async () => (await callTool(hub.url, BACKUP, list)).body['state'];
    await expect.poll(state, { timeout: 20_000 }).toBe('idle');
    home.holdBackups();
    const client = await openTasks(url, era);
    const execution = await client.session.callTool(BACKUP, create(name), prefer);
    if (execution.kind !== 'task') throw new Error('the call did not become a task');
    const { taskId } = execution.handle;
    return {
      ...{ execution, taskId, task: client.session.task(taskId) },
      async [Symbol.asyncDispose]() {
        home.releaseBackups();
        await client[Symbol.asyncDispose]();
      },
    };
  }

  /** A client without tasks makes the same call, and hears how far the work is. */
  async function joinPlainly(name: string) {
    const client = new Client({ name: 'plain', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(hub.url)) as unknown as Transport);
    const heard = Promise.withResolvers<void>();
    const result = client.callTool({ name: BACKUP, arguments: create(name) }, undefined, {
      onprogress: () => heard.resolve(),
    });
    await heard.promise;
    return { result, [Symbol.asyncDispose]: () => client.close() };
  }

  it('a long call goes on as its job and ends with what a plain call of it is told', async () => {
    await using begun = await begin(hub.url, `of ${era}`);
    const working = await begun.task.snapshot();
    expect(working).toMatchObject({ status: 'working', suggestedPollIntervalMs: 2_000 });
    const job = async () => (await callTool(hub.url, 'ha_get_job', { job_id: begun.taskId })).body;
    await expect.poll(job, { timeout: 20_000 }).toMatchObject({ kind: 'backup.create', status: 'running' });
    await expect.poll(async () => (await begun.task.snapshot()).statusMessage, { timeout: 20_000 }).toBeTruthy();
    await using plain = await joinPlainly(`of ${era}`);
    home.releaseBackups();
    const { outcome } = await begun.execution.settle();
    const { structuredContent: body, isError } = await plain.result;
    expect(isError).toBe(false);
    expect(body).toMatchObject({ status: 'completed', backup_id: expect.any(String), job_id: begun.taskId });
    if (outcome.status !== 'completed') throw new Error(`the task is ${outcome.status}`);
    expect(outcome.result).toMatchObject({ structuredContent: body, isError: false });
    expect(await begun.task.snapshot()).toMatchObject({ status: 'completed' });
  });

  it('is cancelled, and then stays so', async () => {
    await using begun = await begin(hub.url, `cancelled in ${era}`);
    await begun.task.cancel();
    await expect.poll(async () => (await begun.task.snapshot()).status, { timeout: 20_000 }).toBe('cancelled');
    home.releaseBackups();
    expect(await begun.task.snapshot()).toMatchObject({
      status: 'cancelled',
      statusMessage: expect.stringMatching(/cancel/i),
    });
  });

  it('does not exist for another connector, nor for the credential that ended', async () => {
    const name = `own-${era}`;
    const url = await addConnector(admin, FIRST_TENANT, { name, ceiling: 'configure' });
    await using begun = await begin(url, `seen in ${era}`);
    await using other = await openTasks(hub.url, era);
    await expect(other.session.task(begun.taskId).snapshot()).rejects.toMatchObject({ code: -32_602 });
    await expect(other.session.task(begun.taskId).cancel()).rejects.toMatchObject({ code: -32_602 });
    expect(await begun.task.snapshot()).toMatchObject({ status: 'working' });
    await admin.send('POST', `/tenants/${FIRST_TENANT}/connectors/${name}/revoke`);
    await expect(begun.task.snapshot()).rejects.toThrow();
  });

  it('is ended only by a connector that may still change something', async () => {
    const name = `held-${era}`;
    const url = await addConnector(admin, FIRST_TENANT, { name, ceiling: 'configure' });
    await using begun = await begin(url, `held in ${era}`);
    await admin.send('PATCH', `/tenants/${FIRST_TENANT}/connectors/${name}`, { readOnly: true });
    await expect(begun.task.cancel()).rejects.toMatchObject({ code: -32_600, data: { code: 'READ_ONLY_MODE' } });
    expect(await begun.task.snapshot()).toMatchObject({ status: 'working' });
  });

  it('a call that needs no job is answered at once', async () => {
    await using client = await openTasks(hub.url, era);
    const execution = await client.session.callTool(BACKUP, { scope: 'snapshot', action: 'list' }, prefer);
    expect(execution.kind).toBe(era === '2026-07-28' ? 'immediate' : 'task');
    const { outcome } = await execution.settle();
    expect(outcome).toMatchObject({ status: 'completed', result: { structuredContent: { success: true } } });
    const refused = await client.session.callTool(BACKUP, { scope: 'edits', action: 'create' }, prefer);
    const end = await refused.settle();
    const why = expect.stringContaining('does not fit scope');
    expect(end).toMatchObject(
      era === '2026-07-28'
        ? { outcome: { result: { isError: true, structuredContent: { error: { message: why } } } } }
        : { outcome: { status: 'failed' }, lastTask: { statusMessage: why } },
    );
  });
});

describe('what clients are offered', () => {
  const undeclared = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const modern = (method: string, params: object) =>
    sendModern(hub.url, { method, params: { ...params, _meta: undeclared } });

  it('a client of 2026-07-28 that did not declare tasks is told so, and its calls wait as ever', async () => {
    await using begun = await openTasks(hub.url, '2026-07-28');
    expect(begun.session.capabilities).toMatchObject({ execution: true, cancellation: true });
    expect(await modern('tasks/get', { taskId: 'x' })).toMatchObject({ error: { code: -32_021 } });
    expect(await modern('tasks/update', { taskId: 'x', inputResponses: {} })).toMatchObject({
      error: { code: -32_021 },
    });
    const waited = await modern('tools/call', { name: BACKUP, arguments: create('waited for') });
    expect(waited).toMatchObject({ result: { resultType: 'complete', structuredContent: { status: 'completed' } } });
  });

  it('only the list of 2025-11-25 says which calls may be tasks, and others may not', async () => {
    const listed = z.object({ tools: z.array(z.object({ name: z.string(), execution: z.unknown().optional() })) });
    const legacy = listed.parse((await rpc(hub.url, 'tools/list')).result).tools;
    const able = legacy.filter(({ execution }) => execution !== undefined).map(({ name }) => name);
    expect(able).toEqual(expect.arrayContaining([BACKUP, 'ha_restart', 'ha_manage_updates']));
    expect(able).not.toContain('ha_get_state');
    const newest = z.object({ result: listed }).parse(await modern('tools/list', {})).result.tools;
    expect(newest.map(({ name }) => name)).toEqual(legacy.map(({ name }) => name));
    expect(newest.map(({ execution }) => execution).filter(Boolean)).toEqual([]);
    const call = { name: 'ha_get_state', arguments: { entity_id: 'sun.sun' }, task: {} };
    expect(await rpc(hub.url, 'tools/call', call)).toMatchObject({ error: { code: -32_601 } });
  });

  it('a connector with entity rules has no tasks: its answers are judged at the home', async () => {
    const visibility = { deny: { domains: ['lock'] }, ceiling: 'configure' };
    const url = await newConnector(admin, FIRST_TENANT, { name: 'guarded', ceiling: 'configure', visibility });
    await using client = await openTasks(url, '2026-07-28');
    expect(client.session.capabilities.execution).toBe(false);
  });

  it('the v1 SDK streams a call as a task to its result', async () => {
    const client = new Client({ name: 'v1', version: '1' });
    await client.connect(new StreamableHTTPClientTransport(new URL(hub.url)) as unknown as Transport);
    await client.listTools();
    const heard: string[] = [];
    let result: unknown;
    const params = { name: BACKUP, arguments: create('by the v1 SDK') };
    for await (const message of client.experimental.tasks.callToolStream(params)) {
      heard.push(message.type);
      if (message.type === 'result') result = message.result;
    }
    await client.close();
    expect(heard).toEqual(expect.arrayContaining(['taskCreated', 'taskStatus', 'result']));
    expect(result).toMatchObject({
      isError: false,
      structuredContent: { status: 'completed', name: 'by the v1 SDK' },
      _meta: { 'io.modelcontextprotocol/related-task': { taskId: expect.any(String) } },
    });
  });
});
