import type { View } from '@hub/ha/view.ts';
import { job } from '@hub/jobs/backup/create.ts';
import type { JobsPort, JobView } from '@hub/jobs/port.ts';
import { noRecords } from '@hub/jobs/testing/job-context.ts';
import { describe, expect, it, vi } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './manage.ts';

const JOB_ID = '019a0000-0000-7000-8000-00000abc1234';
const queued: JobView = {
  ...{ id: JOB_ID, kind: 'backup.create', state: 'queued', homeId: 'h', progress: undefined, result: undefined },
  ...{
    effect: undefined,
    error: undefined,
    call: undefined,
    createdAt: new Date(),
    updatedAt: new Date(),
    finishedAt: undefined,
  },
};

/** The jobs of a hub that runs them at once, in the call. */
function jobsOn(home: View): JobsPort {
  let view = queued;
  let args: unknown;
  return {
    start: async (_kind, given) => {
      args = given;
      return view;
    },
    get: async (id) => (id === JOB_ID ? view : undefined),
    list: async () => [view],
    cancel: async () => view,
    async follow(_id, _waitMs, onProgress) {
      const result = await job.run(job.args.parse(args), {
        ...{ jobId: JOB_ID, attempt: 1, home, signal: new AbortController().signal, shelf: undefined },
        homeAt: async () => home,
        endOf: () => Promise.reject(new Error('not asked')),
        call: () => Promise.reject(new Error('not asked')),
        records: noRecords,
        progress: async (done, total, message) => {
          view = { ...view, state: 'running', progress: { done, total, message } };
          onProgress?.(view);
        },
        step: async (_name, step) => step.act(await step.marker()),
      });
      view = { ...view, state: 'done', result };
      return view;
    },
  };
}

/** The jobs of a hub where this one stands so. */
function jobsAt(view: JobView): JobsPort {
  const give = async () => view;
  return { start: give, get: give, follow: give, list: async () => [view], cancel: give };
}

await describeHomes('ha_manage_backup', (context) => {
  it('creates a backup, telling how far it is, and lists it under its name', async () => {
    const { home } = context();
    const ctx = createToolContext({ view: home, jobs: jobsOn(home) });
    const name = `Backup tool test ${Date.now()}`;
    // Another test file may be making a backup on the home that all share.
    const create = () => runTool(tool, { scope: 'snapshot', action: 'create', name }, ctx);
    const made = await vi.waitFor(create, { timeout: 20_000, interval: 500 });
    const backup = { backup_id: expect.any(String), name, size_bytes: expect.any(Number), date: expect.any(String) };
    expect(made).toMatchObject({ ...backup, status: 'completed', duration_seconds: expect.any(Number) });
    expect(ctx.progressed.length).toBeGreaterThan(0);

    const listed = await runTool(tool, { scope: 'snapshot', action: 'list' }, ctx);
    const row = { ...backup, agent_ids: ['backup.local'], database_included: true };
    expect(listed['backups']).toContainEqual(expect.objectContaining(row));
    const one = await runTool(tool, { scope: 'snapshot', action: 'list', backup_id: made['backup_id'] }, ctx);
    expect(one).toMatchObject({ count: 1, total: 1, backups: [{ name }] });
    const byJob = await runTool(tool, { scope: 'snapshot', action: 'list', backup_id: JOB_ID }, ctx);
    expect(byJob).toMatchObject({ job_id: JOB_ID, status: 'completed', backups: [{ name }] });
    await home.send({ type: 'backup/delete', backup_id: made['backup_id'] });
  });

  it('a backup there is not is named', async () => {
    const ctx = createToolContext({ view: context().home, jobs: { ...jobsAt(queued), get: async () => undefined } });
    const call = { scope: 'snapshot', action: 'list', backup_id: 'deadbeef' };
    await expect(runTool(tool, call, ctx)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});

describe('ha_manage_backup', () => {
  const create = { scope: 'snapshot', action: 'create' };

  it('a backup that takes longer is answered with its job and how to ask again', async () => {
    const progress = { done: 30, total: 100, message: 'saving apps' };
    const jobs = jobsAt({ ...queued, state: 'running', progress });
    const answer = await runTool(tool, create, createToolContext({ jobs }));
    const running = { status: 'running', job_id: JOB_ID, progress_percent: 30, stage: 'saving apps' };
    expect(answer).toMatchObject({ success: true, ...running, note: expect.stringContaining(JOB_ID) });
    expect(answer).not.toHaveProperty('backup_id');
  });

  it('asked again with the same name it is the same job', async () => {
    const keys: unknown[] = [];
    const start: JobsPort['start'] = async (_kind, args, options) => {
      keys.push([args, options?.dedupKey]);
      return queued;
    };
    const context = createToolContext({ jobs: { ...jobsAt(queued), start } });
    for (const name of ['A', ' A ', 'B', '']) await runTool(tool, { ...create, name }, context);
    expect(keys[1]).toEqual(keys[0]);
    expect(new Set(keys.map((key) => JSON.stringify(key))).size).toBe(3);
  });

  it.each([
    [
      'failed',
      { code: 'RESOURCE_LOCKED', message: 'the home is busy' },
      { code: 'RESOURCE_LOCKED', outcomeUnknown: false },
    ],
    ['unknown', undefined, { code: 'SERVICE_CALL_FAILED', outcomeUnknown: true }],
    ['cancelled', undefined, { code: 'CANCELLED' }],
  ] as const)('a backup that ended as %s is an error', async (state, error, fault) => {
    const jobs = jobsAt({ ...queued, state, error });
    await expect(runTool(tool, create, createToolContext({ jobs }))).rejects.toMatchObject(fault);
  });

  it.each([
    ['edits', 'view', '`backup_name` is required'],
    ['edits', 'delete', '`backup_name` is required'],
    ['snapshot', 'view', 'does not fit'],
    ['edits', 'create', 'does not fit'],
  ])('%s %s is refused and pretends nothing', async (scope, action, says) => {
    const refused = { code: 'VALIDATION_INVALID_PARAMETER', message: expect.stringContaining(says) };
    const run = async () => runTool(tool, { scope, action, confirm: true, backup_id: 'x' }, createToolContext());
    await expect(run()).rejects.toMatchObject(refused);
  });

  it('listing reads, creating configures, restoring and deleting destroy', () => {
    const { effect } = tool;
    if (typeof effect === 'string') throw new Error('it mixes effects');
    const of = (action: string) => effect.of(tool.input.parse({ scope: 'snapshot', action }));
    expect(['list', 'view', 'diff', 'create', 'restore', 'delete'].map(of)).toEqual([
      ...['read', 'read', 'read', 'configure', 'destroy', 'destroy'],
    ]);
  });
});
