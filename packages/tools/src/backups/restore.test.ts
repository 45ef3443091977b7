import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createHelper, deleteHelper, listHelpers } from '@hub/ha/helpers.ts';
import type { View } from '@hub/ha/view.ts';
import { isRealRequired, startRealHome } from '@hub/real-home/launch.ts';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { createInlineJobs } from '../testing/inline-jobs.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './manage.ts';

/** Until its storage on disk names the helper. */
async function untilStored(configDir: string | undefined, id: string): Promise<void> {
  if (configDir === undefined) throw new Error('a home of our own has its folder here');
  const file = join(configDir, '.storage/input_boolean');
  const isThere = () =>
    readFile(file, 'utf8').then(
      (text) => text.includes(id),
      () => false,
    );
  await vi.waitUntil(isThere, { timeout: 60_000, interval: 500 });
}

const restore = { scope: 'snapshot', action: 'restore' };
const unsent = (view: View): View => ({
  ...view,
  get info() {
    return view.info;
  },
  send(command, options) {
    if (command.type === 'backup/restore') throw new Error('it was sent');
    return view.send(command, options);
  },
});
const saying = (view: View, type: string, answer: (given: unknown) => unknown): View => ({
  ...unsent(view),
  get info() {
    return view.info;
  },
  send: async (command, options) =>
    command.type === type ? answer(await view.send(command, options)) : unsent(view).send(command, options),
});

interface Answer {
  backups: Record<string, unknown>[];
}

/** The home with one backup more, that is so. */
const withBackup = (view: View, backup: object) =>
  saying(view, 'backup/info', (given) => ({
    ...(given as Answer),
    backups: [
      ...(given as Answer).backups,
      {
        ...{ backup_id: 'one-more', name: 'One more', date: new Date(Date.now() + 5_000).toISOString() },
        ...{ homeassistant_included: true, database_included: true, homeassistant_version: '2025.12.1' },
        agents: { 'backup.local': { size: 1, protected: false } },
        ...backup,
      },
    ],
  }));

await describeHomes('ha_manage_backup restore', (context) => {
  const call = (view: View, args: object) =>
    runTool(tool, { ...restore, ...args }, createToolContext({ view, jobs: createInlineJobs(view) }));

  test('what is missing or not there is named', async () => {
    const { home } = context();
    await expect(call(home, {})).rejects.toMatchObject({ context: { missing_param: 'backup_id' } });
    await expect(call(home, { backup_id: 'deadbeef', confirm: true })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      context: { backup_id: 'deadbeef' },
    });
  });

  test.each([
    ['without confirm', {}, { confirm: false }, 'VALIDATION_INVALID_PARAMETER', 'confirm'],
    ['of apps alone', { homeassistant_included: false }, {}, 'VALIDATION_FAILED', 'apps or folders'],
    ['of a newer version', { homeassistant_version: '2099.1.0' }, {}, 'VALIDATION_FAILED', '2099.1.0'],
    [
      'without the history that is asked for',
      { database_included: false },
      { restore_database: true },
      'VALIDATION_INVALID_PARAMETER',
      'restore_database',
    ],
    [
      'encrypted, without a key',
      { agents: { 'backup.local': { size: 1, protected: true } } },
      {},
      'VALIDATION_FAILED',
      'encrypted',
    ],
    ['older than the token of the hub', { date: '2020-01-01T00:00:00Z' }, {}, 'VALIDATION_FAILED', 'token is younger'],
  ])('one %s is refused, and nothing is sent', async (_what, backup, args, code, says) => {
    const view = withBackup(context().home, backup);
    const refused = call(view, { backup_id: 'one-more', confirm: true, ...args });
    await expect(refused).rejects.toMatchObject({ code, message: expect.stringContaining(says) });
  });
});

describe('ha_manage_backup restore, on a home of its own', () => {
  test('brings back what was removed, with the key of the home, after a backup of how it was', {
    timeout: 300_000,
  }, async ({ skip }) => {
    const real = await startRealHome().catch((error: unknown) => {
      if (isRealRequired()) throw error;
      return skip(String(error));
    });
    if (!real) throw new Error('skipped');
    onTestFinished(() => real[Symbol.asyncDispose]());
    const open = await openView(real);
    onTestFinished(() => open[Symbol.asyncDispose]());
    const { view } = open;
    const jobs = createInlineJobs(view);
    const context = createToolContext({ view, jobs });
    const key = 'KEY0-OFTH-EHOM-E000-0000-0000-0000';
    const setKey = (password: string) =>
      view.send({ type: 'backup/config/update', create_backup: { agent_ids: ['backup.local'], password } });

    await setKey(key);
    const { id } = await createHelper(view, 'input_boolean', { name: 'Comes back' });
    // Home Assistant writes such a change down only after some seconds, and a backup holds what is written down.
    await untilStored(real.configDir, id);
    const create = { scope: 'snapshot', action: 'create', name: 'With the helper' };
    const made = await runTool(tool, create, context);
    await deleteHelper(view, 'input_boolean', id);
    await createHelper(view, 'input_boolean', { name: 'Made after it' });
    const wanted = { ...restore, backup_id: made['backup_id'] };

    await setKey('OTHR-KEY0-0000-0000-0000-0000-0000');
    const another = runTool(tool, { ...wanted, confirm: true }, context);
    await expect(another).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
      message: expect.stringContaining('another key'),
    });
    await setKey(key);

    const answer = await runTool(tool, { ...wanted, confirm: true }, context);
    const jobId = String(answer['job_id']);
    // A busy machine takes longer than a call waits.
    expect(answer['status'] === 'completed').toBe(!('partial' in answer));
    const job = await jobs.follow(jobId, 200_000);
    expect(job).toMatchObject({ state: 'done', result: { backup_id: made['backup_id'], restore_database: false } });
    expect(JSON.stringify([answer, job])).not.toContain(key);

    const names = (await listHelpers(view, 'input_boolean')).map((helper) => helper['name']);
    expect(names).toContain('Comes back');
    expect(names).not.toContain('Made after it');
    expect((await view.entities()).has(`input_boolean.${id}`)).toBe(true);
    const { safety_backup_id: safety } = job.result as { safety_backup_id: string };
    const listed = await runTool(tool, { scope: 'snapshot', action: 'list', backup_id: safety }, context);
    expect(listed['backups']).toMatchObject([{ name: expect.stringMatching(/^Before a restore/), protected: true }]);
  });
});
