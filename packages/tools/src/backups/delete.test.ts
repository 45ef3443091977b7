import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import { deleteBackup, generateBackup, readBackupInfo } from '@hub/ha/backups.ts';
import type { View } from '@hub/ha/view.ts';
import { expect, onTestFinished, test, vi } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './manage.ts';

const remove = { scope: 'snapshot', action: 'delete', confirm: true };
const DAY_MS = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
const rowOf = (id: string, days: number, more: object = {}) => ({
  ...{ backup_id: id, name: id, date: daysAgo(days), agents: { 'backup.local': { size: 1 } } },
  ...more,
});

/** The home with these backups, of which it forgets what is deleted unless the answer is another. */
function holding(
  view: View,
  rows: { backup_id: string }[],
  onDelete?: (id: string, forget: () => void) => unknown,
): View {
  const left = [...rows];
  const forget = (id: string) =>
    void left.splice(
      left.findIndex((one) => one.backup_id === id),
      1,
    );
  return {
    ...view,
    get info() {
      return view.info;
    },
    async send(command, options) {
      const id = String(command['backup_id']);
      if (command.type === 'backup/info') return { state: 'idle', backups: left };
      if (command.type === 'backup/details') return { backup: left.find((one) => one.backup_id === id) ?? null };
      if (command.type !== 'backup/delete') return view.send(command, options);
      if (onDelete) return onDelete(id, () => forget(id));
      forget(id);
      return { agent_errors: {} };
    },
  };
}

await describeHomes('ha_manage_backup delete', (context) => {
  const rows = () => [
    rowOf('newest', 8),
    rowOf('old', 30),
    rowOf('young', 8.5),
    rowOf('automatic', 40, { with_automatic_settings: true }),
  ];
  const call = (view: View, args: object) => runTool(tool, { ...remove, ...args }, createToolContext({ view }));

  test.each([
    ['old', { confirm: false }, ['confirm']],
    ['newest', {}, ['newest']],
    ['automatic', {}, ['automatic']],
    ['young', { older_than_days: 20 }, ['min_age']],
    ['newest', { older_than_days: 20, confirm: false }, ['newest', 'min_age']],
  ])('%s, asked with %j, is refused by %j', async (id, args, guards) => {
    const view = holding(context().home, rows(), () => {
      throw new Error('it was sent');
    });
    await expect(call(view, { backup_id: id, ...args })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { guards },
    });
  });

  test('an old one goes, and what a place says against it is told', async () => {
    const done = await call(holding(context().home, rows()), { backup_id: 'old' });
    expect(done).toMatchObject({ backup_id: 'old', status: 'deleted' });
    const refusing = holding(context().home, rows(), () => ({ agent_errors: { 'cloud.cloud': 'no way there' } }));
    expect(await call(refusing, { backup_id: 'old' })).toMatchObject({
      ...{ status: 'partly_deleted', partial: true },
      warnings: [expect.stringContaining('no way there')],
    });
  });

  test('a lost answer is settled by looking, and otherwise unknown', async () => {
    const lost = new Fault('WEBSOCKET_DISCONNECTED', 'lost', { outcomeUnknown: true });
    const losing = (isTaken: boolean) =>
      holding(context().home, rows(), (_id, forget) => {
        if (isTaken) forget();
        throw lost;
      });
    expect(await call(losing(true), { backup_id: 'old' })).toMatchObject({ status: 'deleted' });
    await expect(call(losing(false), { backup_id: 'old' })).rejects.toMatchObject({ outcomeUnknown: true });
  });

  test('one made just now stays; a week later it goes, for there is a newer one', { timeout: 90_000 }, async () => {
    const { home } = context();
    const made: string[] = [];
    const list = async () => (await readBackupInfo(home)).backups;
    for (const name of [`Delete test ${newId()}`, `Delete test ${newId()}`]) {
      const request = { agent_ids: ['backup.local'], include_database: false, name };
      // Another test file may be making a backup on the home that all share.
      await vi.waitFor(() => generateBackup(home, request), { timeout: 20_000, interval: 500 });
      const find = async () => (await list()).find((one) => one.name === name)?.backup_id ?? '';
      made.push(await vi.waitUntil(find, { timeout: 30_000, interval: 500 }));
    }
    const [first, second] = made;
    await expect(call(home, { backup_id: second })).rejects.toMatchObject({
      context: { guards: expect.arrayContaining(['min_age']) },
    });
    onTestFinished(() => void vi.useRealTimers());
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 8 * DAY_MS });
    expect(await call(home, { backup_id: first })).toMatchObject({ backup_id: first, status: 'deleted' });
    expect((await list()).map((one) => one.backup_id)).not.toContain(first);
    await deleteBackup(home, second ?? '');
    await expect(call(home, { backup_id: first })).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
  });
});
