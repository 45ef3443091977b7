import { sharedRealHome } from '@hub/real-home/describe-real.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type OpenView, openView } from './open-view.ts';
import { createToolContext, type TestToolContext } from './tool-context.ts';

/**
 * The same tests on a simulated home of their own and on the real one that all files share (skipped where there is none).
 * `context()` gives a fresh tool context; names must be the test file's own, and what is made must be removed.
 *
 *     await describeHomes('ha_get_state', (context) => { it('…', async () => { await runTool(tool, {…}, context()) }) });
 */
export async function describeHomes(title: string, body: (context: () => TestToolContext) => void): Promise<void> {
  describe(`${title}, simulated`, () => {
    withView(async () => {
      const home = await startSimulatedHome();
      const open = await openView(home);
      return { view: open.view, [Symbol.asyncDispose]: () => open[Symbol.asyncDispose]().then(() => home.close()) };
    }, body);
  });
  await describeRealHome(title, body);
}

/** Tests of what the simulated home does not have, on the shared real one alone (skipped where there is none). */
export async function describeRealHome(title: string, body: (context: () => TestToolContext) => void): Promise<void> {
  const access = await sharedRealHome();
  if (access) describe(`${title}, real`, () => withView(() => openView(access), body));
  else describe.skip(`${title}, real`, () => it('needs a real Home Assistant', () => undefined));
}

function withView(start: () => Promise<OpenView>, body: (context: () => TestToolContext) => void): void {
  let open: OpenView | undefined;
  beforeAll(async () => {
    open = await start();
  });
  afterAll(async () => {
    await open?.[Symbol.asyncDispose]();
  });
  body(() => createToolContext(open ? { view: open.view } : {}));
}
