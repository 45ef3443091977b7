import { Readable } from 'node:stream';
import type { HttpRequest } from '@hub/ha/home.ts';
import type { View } from '@hub/ha/view.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { expect, test } from 'vitest';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { shownPreview } from '../testing/shown-preview.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool as set } from './set.ts';

const FLOWS = '/api/config/config_entries/flow';
const menu = { type: 'menu', flow_id: 'f', step_id: 'reconfigure', menu_options: ['look', 'reset'] };
const entry = { entry_id: 'e', domain: 'radio', title: 'Radio', state: 'loaded', supports_reconfigure: true };

/** A home with one integration whose dialogue to reconfigure begins with a menu, and what its dialogues were told. */
function withMenu(view: View, told: string[]): View {
  const changed: Partial<View> = {
    async send(command, options) {
      if (command.type === 'config_entries/get') return [entry];
      if (command.type === 'config_entries/get_single') return { config_entry: entry };
      if (command.type === 'frontend/get_translations') return { resources: {} };
      return view.send(command, options);
    },
    async rest({ method, path }: HttpRequest) {
      told.push(`${method} ${path}`);
      const body = JSON.stringify(method === 'POST' ? menu : { message: 'Flow aborted' });
      return { status: 200, headers: {}, body: Readable.from([body]) };
    },
  };
  return Object.assign(Object.create(view) as View, changed);
}

test.each(['with a token', 'of any write'])(
  'a preview %s chooses nothing in a menu: what it leads to may act',
  async (kind) => {
    const home = await startSimulatedHome();
    await using open = await openView(home);
    await using _ended = { [Symbol.asyncDispose]: () => home.close() };
    const told: string[] = [];
    const view = withMenu(open.view, told);
    const call = { entry_id: 'e', reconfigure: true, config: { next_step_id: 'reset' } };
    const shown =
      kind === 'with a token'
        ? await runTool(set, call, createToolContext({ view }))
        : await shownPreview(view, set, call);
    expect(shown).toMatchObject({ success: true });
    expect(told).not.toContain(`POST ${FLOWS}/f`);
    expect(told.at(-1)).toBe(`DELETE ${FLOWS}/f`);
  },
);
