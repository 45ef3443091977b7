import { join } from 'node:path';
import type { View } from '@hub/ha/view.ts';
import type { RealHome } from '@hub/real-home/home-access.ts';
import { CORE_SOCKET } from '@hub/real-home/home-folder.ts';
import { canStartRealHome, startRealHome } from '@hub/real-home/launch.ts';
import { startSimulatedSupervisor } from '@hub/simulated-home/supervisor/simulated-supervisor.ts';
import type { SupervisorModel } from '@hub/simulated-home/supervisor/supervisor-model.ts';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createInlineJobs } from './inline-jobs.ts';
import { type OpenView, openView } from './open-view.ts';
import { createToolContext, type TestToolContext, type ToolContextOptions } from './tool-context.ts';

/** A real Home Assistant under a Supervisor that we play; `createToolContext` and a link of its own, as for any home. */
export interface SupervisedHome {
  /** What the Supervisor has and was asked; to be changed at will. */
  readonly supervisor: SupervisorModel;
  readonly home: RealHome;
  readonly view: View;
  context(options?: Omit<ToolContextOptions, 'view'>): TestToolContext;
}

/**
 * Tests on a real home with apps: Home Assistant and its integration `hassio` are real, the Supervisor behind it is played
 * over HTTP, events included. The home belongs to this file (10 s, 300 MB); skipped where there is no real one.
 *
 *     await describeSupervisedHome('ha_get_app', (at) => { it('…', async () => { await runTool(tool, {}, at().context()) }) });
 */
export async function describeSupervisedHome(title: string, body: (at: () => SupervisedHome) => void): Promise<void> {
  if (!(await canStartRealHome())) {
    describe.skip(title, () => it('needs a real Home Assistant', () => undefined));
    return;
  }
  describe(`${title}, real with a Supervisor`, () => {
    const stack = new AsyncDisposableStack();
    let supervised: SupervisedHome | undefined;
    beforeAll(async () => {
      supervised = await startSupervisedHome(stack);
    }, 240_000);
    afterAll(() => stack.disposeAsync(), 60_000);
    body(() => {
      if (!supervised) throw new Error('the supervised home is not up');
      return supervised;
    });
  });
}

async function startSupervisedHome(stack: AsyncDisposableStack): Promise<SupervisedHome> {
  const supervisor = stack.use(await startSimulatedSupervisor());
  const home = stack.use(await startRealHome({ supervisor: supervisor.host }));
  const socket = join(home.configDir ?? '', CORE_SOCKET);
  await supervisor.connect(socket);
  supervisor.model.restartCore = async () => {
    await home.stop();
    await home.start();
    await supervisor.connect(socket);
  };
  const open: OpenView = stack.use(await openView(home));
  return {
    supervisor: supervisor.model,
    home,
    view: open.view,
    context: (options = {}) => createToolContext({ jobs: createInlineJobs(open.view), ...options, view: open.view }),
  };
}
