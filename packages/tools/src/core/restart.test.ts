import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Fault } from '@hub/core/fault.ts';
import type { View } from '@hub/ha/view.ts';
import { isRealRequired, startRealHome } from '@hub/real-home/launch.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { createInlineJobs } from '../testing/inline-jobs.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool as reload } from './reload.ts';
import { tool } from './restart.ts';

await describeHomes('ha_restart', (context) => {
  it('restarts nothing without confirm', async () => {
    await expect(runTool(tool, {}, context())).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { parameter: 'confirm' },
    });
  });
});

test('a link that broke and came back is not taken for a restart', async () => {
  const simulated = await startSimulatedHome();
  onTestFinished(() => simulated.close());
  const { view, ...open } = await openView(simulated);
  onTestFinished(() => open[Symbol.asyncDispose]());
  const cut: View = {
    ...view,
    async send(command, options) {
      if (command.type !== 'call_service') return view.send(command, options);
      simulated.disconnectAll();
      throw new Fault('WEBSOCKET_DISCONNECTED', 'The link to the home was lost.', { outcomeUnknown: true });
    },
  };
  const context = createToolContext({ view: cut, jobs: createInlineJobs(cut) });
  await expect(runTool(tool, { confirm: true }, context)).rejects.toMatchObject({
    outcomeUnknown: true,
    suggestions: expect.arrayContaining([expect.stringContaining('Do not restart it again')]),
  });
});

describe('ha_restart, on a home of its own', () => {
  /** One that may be broken and restarted; the test is skipped where none can be started. */
  async function ownHome(skip: (why: string) => void) {
    const home = await startRealHome().catch((error: unknown) => {
      if (isRealRequired()) throw error;
      return skip(String(error));
    });
    if (!home) throw new Error('skipped');
    onTestFinished(() => home[Symbol.asyncDispose]());
    const open = await openView(home);
    onTestFinished(() => open[Symbol.asyncDispose]());
    return { view: open.view, configDir: home.configDir };
  }

  test('waits until it runs again, and never restarts into a broken configuration', { timeout: 240_000 }, async ({
    skip,
  }) => {
    const { view, configDir } = await ownHome(skip);
    const before = (await view.states()).get('zone.home');
    const jobs = createInlineJobs(view);
    const at = createToolContext({ view, jobs });
    const answer = await runTool(tool, { confirm: true }, at);
    expect(answer).toMatchObject({ success: true, job_id: expect.any(String), duration_seconds: expect.any(Number) });
    // A busy machine takes longer than a call waits.
    expect(answer.restarted).toBe(!('partial' in answer));
    expect(await jobs.follow(String(answer['job_id']), 120_000)).toMatchObject({ state: 'done' });
    expect(view.info.state).toBe('running');
    const after = (await view.states()).get('zone.home');
    expect(Date.parse(after?.last_changed ?? '')).toBeGreaterThan(Date.parse(before?.last_changed ?? ''));
    expect(at.progressed).toContain('restarting');

    if (configDir === undefined) return;
    const file = join(configDir, 'automations.yaml');
    const whole = await readFile(file, 'utf8');
    await appendFile(file, '\n- alias: [broken\n');
    await expect(runTool(tool, { confirm: true }, at)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('automations.yaml'),
    });
    expect((await view.states()).get('zone.home')).toEqual(after);
    await expect(runTool(reload, { target: 'automations' }, at)).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    await writeFile(file, whole);
    const all = await runTool(reload, {}, at);
    expect(all).not.toHaveProperty('warnings');
    expect(all['reloaded']).toEqual(expect.arrayContaining(['automations', 'templates', 'core', 'themes']));
  });
});
