import { tools } from '@hub/tools/registry.gen.ts';
import { heldJob } from '@hub/tools/testing/held-jobs.ts';
import { describe, expect, it } from 'vitest';
import { createCallTasks } from './call-tasks.ts';
import { createCatalogue } from './catalogue.ts';
import { openGate } from './testing/open-gate.ts';

const catalogue = createCatalogue(tools);
const call = { tool: 'ha_manage_app', told: { action: 'update', slug: 'core_ssh' } };
const finishedAt = new Date('2026-11-01T10:05:00Z');

describe('a call that goes on as a job', () => {
  it('answers in the words of its tool, as it failed, or that nobody knows', async () => {
    await using open = await openGate({ homeCount: 2 });
    const connector = await open.connector();
    const [home, other] = connector.homes;
    const find = async (more: Parameters<typeof heldJob>[1], of = connector) => {
      const job = heldJob('j', { homeId: home?.id, call, ...more });
      return createCallTasks({ catalogue, jobsFor: () => ({ get: async () => job }) }).find(of, 'j');
    };
    expect(await find({})).toMatchObject({ job: { state: 'running' }, result: undefined });

    const result = { name: 'SSH', version: '10.1', state: 'started' };
    expect((await find({ state: 'done', result, finishedAt }))?.result).toMatchObject({
      isError: false,
      body: { success: true, message: 'SSH is updated.', job_id: 'j', version: '10.1', home: home?.slug },
    });
    const error = { code: 'SERVICE_CALL_FAILED', message: 'no space left', suggestions: ['make some'] };
    expect((await find({ state: 'failed', error, finishedAt }))?.result).toMatchObject({
      isError: true,
      body: { success: false, error: { code: 'SERVICE_CALL_FAILED', message: 'no space left' } },
    });
    const lost = (await find({ state: 'unknown', error: { ...error, message: 'lost' }, finishedAt }))?.result;
    expect(lost).toMatchObject({ isError: true, body: { outcome: 'unknown', status: 'unknown' } });
    expect(lost?.text).toContain('look at the home before you start it again');
    expect((await find({ state: 'cancelled', error, finishedAt }))?.result).toMatchObject({
      body: { error: { code: 'CANCELLED' } },
    });

    const narrower = { ...connector, homes: other ? [other] : [] };
    expect(await find({}, narrower)).toBeUndefined();
    expect(await find({ call: undefined })).toBeUndefined();
    expect(await find({ kind: 'backup.create' })).toBeUndefined();
    const guarded = await open.connector({ settings: { visibility: { deny: { domains: ['lock'] } } } });
    expect(await find({}, guarded)).toBeUndefined();
  });

  it('of an update tells a failure as the tool does: as a result', async () => {
    await using open = await openGate();
    const connector = await open.connector();
    const update = { entityId: 'update.core', installedVersion: '1', latestVersion: '2' };
    const told = { update, missing: ['update.gone'] };
    const error = { code: 'TIMEOUT_OPERATION', message: 'not seen', suggestions: [] };
    const ofUpdate = { kind: 'update.install', homeId: connector.homes[0]?.id, finishedAt };
    const find = async (more: Parameters<typeof heldJob>[1]) => {
      const job = heldJob('j', { ...ofUpdate, call: { tool: 'ha_manage_updates', told }, ...more });
      const tasks = createCallTasks({ catalogue, jobsFor: () => ({ get: async () => job }) });
      return (await tasks.find(connector, 'j'))?.result;
    };
    expect(await find({ state: 'done', result: {} })).toMatchObject({
      isError: false,
      body: {
        ...{ success: true, requested: 2, succeeded: 1, failed: 1 },
        results: [{ entity_id: 'update.core', status: 'installed', installed_version: '2' }, { status: 'failed' }],
      },
    });
    expect(await find({ state: 'unknown', error })).toMatchObject({
      isError: false,
      body: { results: [{ status: 'unknown', job_id: 'j' }, { entity_id: 'update.gone' }], partial: true },
    });
    expect(await find({ state: 'failed', error })).toMatchObject({
      body: { results: [{ status: 'failed' }, { status: 'failed' }], success: false },
    });
  });
});
