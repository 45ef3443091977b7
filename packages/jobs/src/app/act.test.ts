import type { Home } from '@hub/ha/home.ts';
import { linkedHome } from '@hub/ha/testing/linked-home.ts';
import type { SimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { createSupervisorModel, type SupervisorModel } from '@hub/simulated-home/supervisor/supervisor-model.ts';
import { beforeEach, expect, test } from 'vitest';
import type { Step } from '../define.ts';
import { contextOf, stepOf } from '../testing/job-context.ts';
import { type AppActResult, job } from './act.ts';

let supervisor: SupervisorModel;
let simulated: SimulatedHome;
let home: Home;

beforeEach(async () => {
  supervisor = createSupervisorModel();
  ({ simulated, home } = await linkedHome({ supervisor }));
});

const step = (slug: string, action: string): Promise<Step<unknown>> => stepOf(job, { slug, action }, home, action);
const asked = (path: string) => supervisor.received.filter((one) => one === `POST ${path}`);

/** Sends the act, cuts the line while the Supervisor works, and tells what the act said. */
async function actOverABrokenLine({ marker, act }: Step<unknown>) {
  supervisor.pace.workMs = 600;
  const stored = await marker();
  const acted = act(stored).catch((error: unknown) => error);
  await expect.poll(() => supervisor.jobs.size).toBe(1);
  simulated.disconnectAll();
  return { stored, said: await acted };
}

test('an app is installed and shown', async () => {
  const result: AppActResult = await job.run({ slug: 'core_ssh', action: 'install' }, contextOf(home));
  expect(result).toEqual({
    slug: 'core_ssh',
    action: 'install',
    name: 'Terminal & SSH',
    version: '9.20.0',
    state: 'stopped',
  });
});

test('an installation whose answer was lost is waited for, and not begun again', async () => {
  const install = await step('core_ssh', 'install');
  const { stored, said } = await actOverABrokenLine(install);
  expect(said).toMatchObject({ outcomeUnknown: true });
  expect(await install.observe(stored)).toMatchObject({ is: 'done', result: { version: '9.20.0' } });
  expect(asked('/store/addons/core_ssh/install')).toHaveLength(1);
});

test('an update that failed after the line broke is seen not to have happened', async () => {
  const update = await step('core_mosquitto', 'update');
  const stored = await update.marker();
  expect(await update.observe(stored)).toEqual({ is: 'not_done' });
  await update.act(stored);
  expect(await update.observe(stored)).toMatchObject({ is: 'done', result: { version: '6.5.2' } });
});

test('whether a restart happened nobody can tell afterwards', async () => {
  const restart = await step('core_mosquitto', 'restart');
  const { stored } = await actOverABrokenLine(restart);
  expect(await restart.observe(stored)).toEqual({ is: 'unknown' });
});

test('what would change nothing is refused before anything is sent', async () => {
  const refusals = [
    ['core_mosquitto', 'install', 'RESOURCE_ALREADY_EXISTS'],
    ['local_notes', 'update', 'RESOURCE_ALREADY_EXISTS'],
    ['core_ssh', 'stop', 'RESOURCE_NOT_FOUND'],
    ['core_none', 'install', 'RESOURCE_NOT_FOUND'],
  ] as const;
  for (const [slug, action, code] of refusals)
    await expect(job.run({ slug, action }, contextOf(home))).rejects.toMatchObject({ code });
  expect(supervisor.received.filter((one) => one.startsWith('POST'))).toEqual([]);
});
