import { expect, it } from 'vitest';
import { createHeldJobs, heldJob } from '../testing/held-jobs.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './get.ts';

const ended = { finishedAt: new Date('2026-11-01T10:05:00Z'), progress: undefined };
const jobs = createHeldJobs([
  heldJob('a'),
  heldJob('b', { ...ended, state: 'done', result: { slug: 'core_ssh' } }),
  heldJob('c', {
    ...ended,
    state: 'unknown',
    error: { code: 'TIMEOUT_OPERATION', message: 'lost', suggestions: ['look'] },
  }),
]);
const homes = [{ id: 'h1', slug: 'lake', name: 'Lake', tags: [], isSimulated: false }];
const get = (args: object) => runTool(tool, args, createToolContext({ jobs, homes }));

it('tells how far a job is and where', async () => {
  expect(await get({ job_id: 'a' })).toMatchObject({
    ...{ status: 'running', progress_percent: 25, stage: 'pulling', home: 'lake', finished_at: null },
    note: expect.stringContaining('do not start it a second time'),
  });
});

it('tells what a job came to, and that nobody knows where nobody does', async () => {
  expect(await get({ job_id: 'b', wait_seconds: 10 })).toMatchObject({ status: 'done', result: { slug: 'core_ssh' } });
  expect(await get({ job_id: 'c' })).toMatchObject({
    ...{ status: 'unknown', job_error: { code: 'TIMEOUT_OPERATION', message: 'lost' } },
    note: expect.stringContaining('Look at the home'),
  });
});

it('says in words that a home does worse since an update', async () => {
  const health = {
    ...{ verdict: 'worse', because: ['It runs in recovery mode.'], is_reachable: true, shows_wanted_version: true },
    ...{ mode: 'recovery', failed_integrations: [], unavailable_entities: 0, unavailable_entities_before: 0 },
    ...{ newly_unavailable: 0, new_repairs: [] },
  };
  const jobs = createHeldJobs([heldJob('u', { ...ended, kind: 'update.install', state: 'done', result: { health } })]);
  const told = await runTool(tool, { job_id: 'u' }, createToolContext({ jobs, homes }));
  expect(told).toMatchObject({
    status: 'done',
    warnings: [expect.stringMatching(/worse than before: It runs in rec/)],
  });
  const result = { results: [{ status: 'failed' }, { status: 'installed', health }] };
  const several = createHeldJobs([heldJob('s', { ...ended, kind: 'update.install-several', state: 'done', result })]);
  expect(await runTool(tool, { job_id: 's' }, createToolContext({ jobs: several, homes }))).toMatchObject({
    warnings: [expect.stringMatching(/worse than before: It runs in rec/)],
  });
});

it('a job that waits to be tried again is not told as failed', async () => {
  const error = { code: 'CONNECTION_FAILED', message: 'nobody answers' };
  const jobs = createHeldJobs([heldJob('d', { state: 'queued', error })]);
  const told = await runTool(tool, { job_id: 'd' }, createToolContext({ jobs, homes }));
  expect(told).toMatchObject({ status: 'queued', stage: 'pulling; it is tried again after: nobody answers' });
  expect(told).not.toHaveProperty('job_error');
});

it('says when one begins that is not due yet', async () => {
  const beginsAt = new Date('2026-12-01T01:30:00Z');
  const jobs = createHeldJobs([heldJob('l', { state: 'queued', progress: undefined, beginsAt })]);
  expect(await runTool(tool, { job_id: 'l' }, createToolContext({ jobs, homes }))).toMatchObject({
    ...{ status: 'queued', begins_at: '2026-12-01T01:30:00.000Z' },
    note: expect.stringContaining('begins at begins_at'),
  });
});

it('knows no job of others', async () => {
  await expect(get({ job_id: 'nobody' })).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
});
